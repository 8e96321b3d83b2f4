#include "golden.hpp"

#include "build_request.hpp"
#include "default_recipe.hpp"
#include "job_log.hpp"
#include "lines.hpp"
#include "places.hpp"
#include "recipe_reader.hpp"
#include "seal.hpp"
#include "shell_word.hpp"
#include "ssh_guest.hpp"
#include "steps.hpp"

#include <banger/test/fake_exec.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace imagebuild {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const std::filesystem::path recipes =
    std::filesystem::path(BANGER_SOURCE) / "plugins/imagebuild/recipes";

std::string text_of(const std::vector<Step>& steps) {
    std::string text;
    for (const Step& step : steps) {
        text += "=== " + step.stage + (step.optional ? " (optional)" : "") + "\n--- " + step.what +
                "\n";
        for (const Upload& upload : step.uploads) {
            text += "<<< " + std::filesystem::path(upload.local).filename().string() + " > " +
                    upload.remote + "\n";
        }
        text += step.script;
    }
    return text;
}

std::string test_file() {
    return testing::TempDir() + "imagebuild-" + std::to_string(::getpid()) + ".sh";
}

/// All that bash says when it runs the script with these words, and "(status)" when it fails.
std::string said_by_bash(const std::string& words, const std::string& script) {
    const std::string file = test_file();
    std::ofstream(file) << script;
    std::FILE* const said =
        ::popen(("bash " + words + " " + shell_word(file) + " 2>&1").c_str(), "r");
    std::array<char, 4096> buffer{};
    std::string text(buffer.data(), std::fread(buffer.data(), 1, buffer.size(), said));
    const int status = ::pclose(said);
    std::filesystem::remove(file);
    return text + (status == 0 ? "" : "(" + std::to_string(WEXITSTATUS(status)) + ")");
}

/// What bash says of a script that it only reads.
std::string syntax_errors(const std::string& script) {
    return said_by_bash("-n", script);
}

TEST(Steps, OfAWholeRecipe) {
    const auto steps = steps_of(read_recipe_file(test::golden("whole.yaml")));
    test::expect_golden("steps.txt", text_of(steps));
    for (const Step& step : steps) {
        EXPECT_EQ(syntax_errors(step.script), "") << step.stage;
        EXPECT_LE(step.stage.size(), 64U);
    }
}

TEST(Steps, KnowWhereEachPackageStands) {
    const Recipe below = read_recipe("packages: [jq, git]\n", "below.yaml", "/r");
    const Recipe above = read_recipe("packages:\n  - jq=1.6\n  - jq\n  - sl\n", "a.yaml", "/r");
    const Step step = steps_of(merged(below, above)).at(0);
    EXPECT_TRUE(step.online);
    EXPECT_EQ(with_places("packages: E: no jq-x, no jq, no sl.", step),
              "packages: E: no jq-x, no jq (below.yaml:1), no sl.");
    EXPECT_EQ(with_places("packages: E: Unable to locate package sl", step),
              "packages: E: Unable to locate package sl (a.yaml:4)");
    EXPECT_EQ(with_places("packages: E: Version '1.7' for 'git' was not found", step),
              "packages: E: Version '1.7' for 'git' (below.yaml:1) was not found");
}

TEST(Steps, NothingInARecipeIsReadByAShell) {
    Recipe recipe;
    RecipeFile file;
    file.to = "/tmp/'; touch /x; '";
    file.content = "a'b\"c$(touch /y)\\`z`\n";
    recipe.files.push_back(file);
    recipe.env.emplace_back("A", "'; reboot; '");
    for (const Step& step : steps_of(recipe)) {
        EXPECT_EQ(syntax_errors(step.script), "") << step.script;
        EXPECT_THAT(step.script, Not(HasSubstr("\nreboot")));
    }
    EXPECT_EQ(shell_word("it's"), R"('it'\''s')");
    EXPECT_EQ(shell_word(""), "''");
}

TEST(Steps, OfAnEmptyRecipeAreNone) {
    EXPECT_TRUE(steps_of(Recipe()).empty());
}

TEST(Steps, ALongStageIsCutBetweenCharacters) {
    Recipe recipe;
    RecipeFile file;
    file.to = "/";
    for (int i = 0; i < 60; ++i) {
        file.to += "ö";
    }
    recipe.files.push_back(file);
    const std::string stage = steps_of(recipe).front().stage;
    EXPECT_LE(stage.size(), 64U);
    EXPECT_EQ(nlohmann::json(stage).dump().substr(0, 5), "\"file"); // it is UTF-8
}

/// What is said when a guest is given a script of this content.
std::string ran_as_script(const std::string& content) {
    const std::string file = test_file() + ".given";
    std::ofstream(file) << content;
    std::string script = script_step("/home/me/x.sh").script;
    const std::string in_guest = std::string(guest_folder) + "/script";
    for (std::size_t at = script.find(in_guest); at != std::string::npos;
         at = script.find(in_guest)) {
        script.replace(at, in_guest.size(), file);
    }
    script.replace(script.find("cd /root"), 8, "cd /");
    std::string said = said_by_bash("-euo pipefail", script);
    std::filesystem::remove(file);
    return said;
}

TEST(Steps, AScriptIsRunByTheProgramInItsFirstLine) {
    EXPECT_EQ(ran_as_script("#!/bin/sh\necho done\n"), "done\n");
    EXPECT_EQ(ran_as_script("#! /usr/bin/env bash\necho ${BASH_VERSION:+bash}\n"), "bash\n");
    EXPECT_EQ(ran_as_script("echo no first line\nfalse\necho on\n"), "no first line\n(1)");
    EXPECT_EQ(ran_as_script("#!/usr/bin/nosuch -x\n"),
              "the guest has no /usr/bin/nosuch, which its first line names\n(1)");
    EXPECT_EQ(ran_as_script("#!/bin/sh\r\necho a\r\n"),
              "its lines end as on Windows: dos2unix mends that\n(1)");
}

TEST(Steps, ScriptsOfOursAreGoodBash) {
    for (const Step& step :
         {script_step("/home/me/a b.sh"), modules_step("/x.tar"), agent_step("/agent", "/unit")}) {
        EXPECT_EQ(syntax_errors(step.script), "") << step.stage;
        EXPECT_FALSE(step.uploads.empty());
    }
    EXPECT_EQ(syntax_errors(seal_script()), "");
    for (const char* path : {"/etc/ssh/ssh_host_rsa_key.pub", "/var/lib/random-seed"}) {
        EXPECT_THAT(own_paths(), testing::Contains(path));
        EXPECT_THAT(seal_script(), HasSubstr(path));
    }
    EXPECT_THAT(own_paths(), Contains("/etc/ssh/ssh_host_ed25519_key"));
}

TEST(DefaultRecipe, HasWhatItSays) {
    Places places;
    places.recipes = recipes;
    const Recipe recipe = default_recipe(Config(), places);
    EXPECT_THAT(recipe.packages, Contains("tmux"));
    EXPECT_THAT(recipe.packages, Contains("git"));
    ASSERT_EQ(recipe.downloads.size(), 4U);
    for (const Download& download : recipe.downloads) {
        EXPECT_FALSE(download.digest.hex.empty()) << download.name;
        EXPECT_EQ(download.optional, download.name.substr(0, 5) == "tmux-") << download.name;
    }
    for (const RecipeFile& file : recipe.files) {
        EXPECT_TRUE(std::filesystem::exists(file.path)) << file.path;
    }
    EXPECT_EQ(recipe.services.at(0).name, "opencode");
    EXPECT_THAT(test::content_of(recipes / "files/opencode.service"),
                HasSubstr("--hostname 0.0.0.0 --port 4096"));
    const Recipe docker = docker_recipe(Config(), places);
    EXPECT_THAT(docker.packages, ElementsAre("docker.io", "docker-compose", "apparmor"));
}

TEST(DefaultRecipe, TakesItsMirrorsFromTheSettings) {
    Places places;
    places.recipes = recipes;
    const std::string hash(64, 'a');
    const Config config = read_config(
        R"({"npm_registry": "http://mirror/npm/", "tmux_plugins": {"resurrect": {"path": "/m/r.tgz",
            "sha256": ")" +
        hash + R"("}}})");
    const Recipe recipe = default_recipe(config, places);
    EXPECT_THAT(recipe.downloads[0].url, testing::StartsWith("http://mirror/npm/@jdxcode/"));
    EXPECT_EQ(recipe.downloads[2].path, "/m/r.tgz");
    EXPECT_EQ(recipe.downloads[2].url, "");
    EXPECT_EQ(recipe.downloads[2].digest.hex, hash);
    EXPECT_FALSE(recipe.downloads[2].optional); // it was asked for
    EXPECT_TRUE(recipe.downloads[3].optional);
}

TEST(DefaultRecipe, IsLookedForWhereItIsInstalled) {
    EXPECT_THROW((void)default_recipe(Config(), Places()), banger::Error);
}

TEST(Settings, MirrorsAreChecked) {
    for (const char* bad : {R"({"tmux_plugins": {"resurrect": {"url": "http://x"}}})",
                            R"({"tmux_plugins": {"resurrect": {"sha256": "aa"}}})",
                            R"({"tmux_plugins": {"continuum": {"url": "http://x", "path": "/y",
                                "sha256": "aa"}}})"}) {
        try {
            (void)read_config(bad);
            FAIL() << bad;
        } catch (const banger::Error& error) {
            EXPECT_THAT(error.what(), testing::StartsWith("tmux_plugins."));
        }
    }
    EXPECT_EQ(read_config("{}").npm_registry, "https://registry.npmjs.org");
}

class Request : public testing::Test {
  protected:
    Request() { places_.recipes = recipes; }
    BuildRequest read(const std::string& args) const {
        return build_request(args, Config(), places_);
    }
    static std::vector<std::string> stages(const BuildRequest& request) {
        std::vector<std::string> names;
        std::transform(request.steps.begin(), request.steps.end(), std::back_inserter(names),
                       [](const Step& step) { return step.stage; });
        return names;
    }
    Places places_;
};

TEST_F(Request, TheDefaultRecipeIsForWhoAsksForNothing) {
    EXPECT_THAT(stages(read(R"({"name": "a"})")), Contains("download opencode"));
    EXPECT_THAT(stages(read(R"({"name": "a", "package": ["jq"]})")), ElementsAre("packages"));
    EXPECT_THAT(stages(read(R"({"name": "a", "defaults": false})")), ElementsAre());
    EXPECT_THAT(stages(read(R"({"name": "a", "package": ["jq"], "defaults": true})")),
                Contains("service opencode"));
    EXPECT_THAT(stages(read(R"({"name": "a", "package": ["jq"], "docker": true})")),
                ElementsAre("packages", "file /etc/docker/daemon.json"));
}

TEST_F(Request, FlagsGoBeforeTheRecipe) {
    const std::string recipe = test::golden("whole.yaml").string();
    std::filesystem::create_directories(testing::TempDir());
    const BuildRequest request =
        read(R"({"name": "a", "from": "mine", "memory": "3G", "cpus": 4, "package": ["jq"]})");
    EXPECT_EQ(request.from, "mine");
    EXPECT_EQ(request.memory_mib, 3072);
    EXPECT_EQ(request.vcpus, 4);
    EXPECT_THAT(request.vm, testing::MatchesRegex("build-a-[0-9a-f]{8}"));
    EXPECT_THAT(request.digest, testing::StartsWith("sha256:"));
    EXPECT_EQ(request.digest, read(R"({"name": "b", "package": ["jq"]})").digest);
    EXPECT_NE(request.digest, read(R"({"name": "b", "package": ["jo"]})").digest);
}

TEST_F(Request, WhatIsWrongIsToldBeforeAVmBoots) {
    const auto refused = [&](const std::string& args) {
        try {
            (void)read(args);
        } catch (const banger::Error& error) {
            return std::string(error.what());
        }
        return std::string("(taken)");
    };
    EXPECT_THAT(refused(R"({"name": "A b"})"), HasSubstr("is no name of an image"));
    EXPECT_THAT(refused(R"({"name": "a", "size": "big"})"), HasSubstr("--size: 'big'"));
    EXPECT_THAT(refused(R"({"name": "a", "size": "10"})"), HasSubstr("--size: 10 is less than 64"));
    EXPECT_THAT(refused(R"({"name": "a", "kernel": "/bin/sh"})"), HasSubstr("(taken)"))
        << "it is ELF";
    const std::string text = test::golden("whole.yaml").string();
    EXPECT_THAT(refused(R"({"name": "a", "kernel": ")" + text + R"("})"),
                HasSubstr("is no Linux kernel"));
    EXPECT_THAT(refused(R"({"name": "a", "initrd": ")" + text + R"("})"),
                HasSubstr("is no initial RAM disk"));
    EXPECT_THAT(refused(R"({"name": "a", "package": ["-x"]})"), HasSubstr("--package: '-x'"));
    EXPECT_THAT(refused(R"({"name": "a", "recipe": "/none.yaml"})"), HasSubstr("/none.yaml"));
    EXPECT_THAT(refused(R"({"name": "a", "script": "/none.sh"})"), HasSubstr("/none.sh"));
    EXPECT_THAT(refused(R"({"name": "a", "rootfs": "/"})"), HasSubstr("this is no file"));
    EXPECT_THAT(refused(R"({"name": "a", "modules": "/none"})"), HasSubstr("no such folder"));
    EXPECT_THAT(refused(R"({"name": "a", "rootfs": ")" + test::golden("whole.yaml").string() +
                        R"(", "from": "b"})"),
                HasSubstr("exclude each other"));
    EXPECT_THAT(
        refused(R"({"name": "a", "recipe": ")" + test::golden("whole.yaml").string() + R"("})"),
        HasSubstr("file /usr/local/bin/tool at whole.yaml:24"));
}

TEST_F(Request, AFileWithAnotherHashIsRefused) {
    const std::string folder = testing::TempDir() + "imagebuild-hash";
    std::filesystem::create_directories(folder);
    std::ofstream(folder + "/data") << "data";
    std::ofstream(folder + "/r.yaml")
        << "downloads:\n  - {path: data, to: /data, sha256: " << std::string(64, '0') << "}\n";
    try {
        (void)read(R"({"name": "a", "recipe": ")" + folder + R"(/r.yaml"})");
        ADD_FAILURE() << "taken";
    } catch (const banger::Error& error) {
        EXPECT_THAT(error.what(), HasSubstr("download of data at r.yaml:2: wrong hash"));
    }
    std::filesystem::remove_all(folder);
}

TEST(BuilderName, FitsAHostName) {
    EXPECT_THAT(builder_name("my.image_1"), testing::StartsWith("build-my-image-1-"));
    EXPECT_LE(builder_name(std::string(63, 'a')).size(), 63U);
}

TEST(PlacesOfThePlugin, AreFoundInAPrefix) {
    const std::filesystem::path prefix = testing::TempDir() + "imagebuild-prefix";
    for (const char* folder :
         {"lib/banger/plugins", "libexec/banger", "share/banger/recipes/files"}) {
        std::filesystem::create_directories(prefix / folder);
    }
    for (const char* file : {"libexec/banger/banger-image", "libexec/banger/banger-vsock-agent",
                             "share/banger/recipes/files/banger-agent.service"}) {
        std::ofstream(prefix / file) << "x";
    }
    const Places places = find_places(Config(), prefix / "lib/banger/plugins");
    EXPECT_EQ(places.tool, prefix / "libexec/banger/banger-image");
    EXPECT_EQ(places.recipes, prefix / "share/banger/recipes");
    EXPECT_EQ(places.agent, prefix / "libexec/banger/banger-vsock-agent");
    EXPECT_EQ(places.agent_unit, prefix / "share/banger/recipes/files/banger-agent.service");
    Config config;
    config.tool = "/elsewhere/tool";
    EXPECT_EQ(find_places(config, prefix).tool, "/elsewhere/tool");
    std::filesystem::remove_all(prefix);
}

TEST(OutputLines, AreWhatWasPrinted) {
    std::vector<std::string> lines;
    Lines cut([&](std::string_view line) { lines.emplace_back(line); });
    cut.add("one\ntw");
    cut.add("o\n10%\r20%\r30%\n\nlast");
    cut.finish();
    EXPECT_THAT(lines, ElementsAre("one", "two", "30%", "", "last"));
    lines.clear();
    cut.add(std::string(Lines::longest + 10, 'x'));
    cut.finish();
    EXPECT_EQ(lines.size(), 2U);
}

TEST(SshWords, NothingOfTheUsersOwnConfigurationCounts) {
    const SshAccess access = ssh_access_of({{"host", "172.30.88.7"},
                                            {"port", 22},
                                            {"user", "root"},
                                            {"key", "/a b/id"},
                                            {"known_hosts", "/k%h"},
                                            {"host_key_alias", "banger-1"},
                                            {"control_path", "/c"}});
    const auto words = ssh_words(access, "true");
    EXPECT_EQ(words[1] + words[2], "-Fnone");
    EXPECT_THAT(words, Contains("IdentityFile=\"/a b/id\""));
    EXPECT_THAT(words, Contains("UserKnownHostsFile=/k%%h"));
    EXPECT_THAT(words, Contains("StrictHostKeyChecking=yes"));
    EXPECT_EQ(words.back(), "true");
    EXPECT_EQ(words[words.size() - 2], "--");
    EXPECT_EQ(words[words.size() - 3], "banger-1");
}

} // namespace
} // namespace imagebuild
