#include "config/config.hpp"
#include "config/effective.hpp"
#include "config/keys.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/temporary_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace banger::config {
namespace {
using testing::ElementsAre;

std::vector<std::string> errors_of(const std::string& yaml) {
    try {
        static_cast<void>(parse_config(yaml, "c.yaml"));
        return {};
    } catch (const os::Error& error) {
        EXPECT_EQ(error.kind(), os::ErrorKind::invalid);
        return error.details().empty() ? std::vector<std::string>{error.what()} : error.details();
    }
}

TEST(Loader, NothingIsTheBuiltInValues) {
    for (const char* text : {"", "# only a comment\n", "vm:\nnetwork:\n", "---\n...\n"}) {
        const Config config = parse_config(text, "c.yaml");
        EXPECT_EQ(config.network.subnet, "172.30.88.0/24") << text;
        EXPECT_EQ(config.vm.memory_mib, 512);
        EXPECT_TRUE(config.plugins.entries.at("tap-pool").enabled);
        EXPECT_TRUE(config.from_file.empty());
    }
}

TEST(Loader, AMissingFileIsTheBuiltInValues) {
    const os::TemporaryDir dir;
    EXPECT_TRUE(read_config(dir.path() / "config.yaml").config.file.empty());
    os::write_file_atomic(dir.path() / "config.yaml", "vm: {vcpus: 4}");
    const Config config = read_config(dir.path() / "config.yaml").config;
    EXPECT_EQ(config.file, dir.path() / "config.yaml");
    EXPECT_EQ(config.vm.vcpus, 4);
}

TEST(Loader, EveryKindOfValueIsRead) {
    const Config config = parse_config(R"(
network: {bridge: banger1, subnet: 10.9.0.0/20, mtu: 1400}
vm:
  memory: 2G
  disk: 20G
  vmm: qemu
  stop_timeout: 500ms
plugins:
  path: [/opt/plugins]
  entries:
    nat:
      on_error: warn
      timeout: 3s
      after: [tap-pool]
      config:
        table: x
        ports: [80, "443"]
    tap-pool: {enabled: false}
)",
                                       "c.yaml");
    EXPECT_EQ(config.network.mtu, 1400);
    EXPECT_EQ(config.vm.memory_mib, 2048);
    EXPECT_EQ(config.vm.stop_timeout, std::chrono::milliseconds(500));
    EXPECT_THAT(config.plugins.path, ElementsAre("/opt/plugins"));
    const PluginEntry& nat = config.plugins.entries.at("nat");
    EXPECT_TRUE(nat.enabled); // an entry is there to switch it on
    EXPECT_EQ(nat.on_error, "warn");
    EXPECT_EQ(nat.timeout, std::chrono::seconds(3));
    EXPECT_THAT(nat.after, ElementsAre("tap-pool"));
    EXPECT_EQ(nat.config, R"({"ports":[80,"443"],"table":"x"})");
    EXPECT_EQ(nat.place, "c.yaml:11:5");
    EXPECT_FALSE(config.plugins.entries.at("tap-pool").enabled);
    EXPECT_EQ(config.from_file.at("plugins.entries.nat.timeout"), "c.yaml:13:16");
    EXPECT_EQ(config.from_file.at("plugins.entries.nat.config.ports"), "c.yaml:17:9");
    EXPECT_FALSE(config.from_file.contains("vm.vcpus"));
}

TEST(Loader, EverythingInAnEntryHasItsPlace) {
    const Config config = parse_config("plugins:\n"
                                       "  entries:\n"
                                       "    nat:\n"
                                       "      after: [dns, vsock]\n"
                                       "      config:\n"
                                       "        server:\n"
                                       "          ports:\n"
                                       "            - 80\n"
                                       "            - {low: 1}\n",
                                       "c.yaml");
    const std::string nat = "plugins.entries.nat.";
    EXPECT_EQ(config.from_file.at(nat + "after[1]"), "c.yaml:4:20");
    EXPECT_EQ(config.from_file.at(nat + "config.server.ports"), "c.yaml:7:11");
    EXPECT_EQ(config.from_file.at(nat + "config.server.ports[0]"), "c.yaml:8:15");
    EXPECT_EQ(config.from_file.at(nat + "config.server.ports[1].low"), "c.yaml:9:16");
}

TEST(Loader, AllErrorsComeAtOnceWithPlaceKeyAndNearestName) {
    EXPECT_THAT(
        errors_of("network:\n"
                  "  brigde: x\n"
                  "  mtu: 99999\n"
                  "vms:\n"
                  "  vcpus: 1\n"
                  "plugins:\n"
                  "  entries:\n"
                  "    Nat: {}\n"
                  "    dns:\n"
                  "      enable: true\n"
                  "      on_error: warm\n"),
        ElementsAre("c.yaml:2:3: network.brigde: there is no such key; did you mean \"bridge\"?",
                    "c.yaml:3:8: network.mtu: it must be from 576 to 65535, not 99999",
                    "c.yaml:4:1: vms: there is no such key; did you mean \"vm\"?",
                    "c.yaml:8:5: plugins.entries: \"Nat\" is no plugin id (a-z, then a-z, "
                    "0-9 and -)",
                    "c.yaml:10:7: plugins.entries.dns.enable: there is no such key; did you "
                    "mean \"enabled\"?",
                    "c.yaml:11:17: plugins.entries.dns.on_error: \"warm\" is not fail or "
                    "warn; did you mean \"warn\"?"));
}

TEST(Loader, WithoutANearNameTheKeysAreListed) {
    EXPECT_THAT(errors_of("console: {colour: red}"),
                ElementsAre("c.yaml:1:11: console.colour: there is no such key; there are "
                            "max_size"));
}

TEST(Loader, WhatIsRightIsReadBesideWhatIsWrong) {
    const os::TemporaryDir dir;
    const auto file = dir.path() / "config.yaml";
    os::write_file_atomic(file, "vm: {vcpus: 4, memory: lots}\nnetwork: {mtu: 1400}\n");
    const Reading reading = read_config(file);
    EXPECT_EQ(reading.config.vm.vcpus, 4);
    EXPECT_EQ(reading.config.vm.memory_mib, 512);
    EXPECT_EQ(reading.config.network.mtu, 1400);
    EXPECT_FALSE(reading.config.from_file.contains("vm.memory"));
    ASSERT_EQ(reading.problems.size(), 1U);
    EXPECT_EQ(reading.problems.front().find(file.string() + ":1:24: vm.memory: "), 0U);
    EXPECT_TRUE(reading.is_yaml);
    EXPECT_TRUE(read_config(dir.path() / "absent").problems.empty());

    os::write_file_atomic(file, "vm: {vcpus: 4\n");
    EXPECT_FALSE(read_config(file).is_yaml);
}

TEST(Loader, OneErrorIsTheMessageItself) {
    try {
        static_cast<void>(parse_config("vm: {vcpus: none}", "c.yaml"));
        FAIL();
    } catch (const os::Error& error) {
        EXPECT_STREQ(error.what(), "c.yaml:1:13: vm.vcpus: \"none\" is not a whole number");
        EXPECT_FALSE(error.hint().empty());
    }
}

TEST(Loader, WrongShapesAreErrors) {
    EXPECT_THAT(errors_of("just text"),
                ElementsAre("c.yaml:1:1: it must be a map of keys and values"));
    EXPECT_THAT(errors_of("vm: 5"),
                ElementsAre("c.yaml:1:5: vm: it must be a map of keys and values"));
    EXPECT_THAT(errors_of("vm:\n  image:\n"), ElementsAre("c.yaml:2:3: vm.image: it has no value"));
    EXPECT_THAT(errors_of("vm: {vcpus: 1, vcpus: 2}"),
                ElementsAre("c.yaml:1:16: vm.vcpus: this key stands here twice"));
    EXPECT_THAT(
        errors_of("plugins: {entries: {nat: {config: [1]}}}"),
        ElementsAre("c.yaml:1:35: plugins.entries.nat.config: it must be a map of settings"));
    EXPECT_EQ(errors_of("vm: {}\n---\nvm: {}\n").size(), 1U);
}

TEST(Loader, AnEntryThatIsNoMapSaysWhatWasMeant) {
    EXPECT_THAT(errors_of("plugins: {entries: {nat: true}}"),
                ElementsAre("c.yaml:1:26: plugins.entries.nat: it must be a map of keys and "
                            "values, such as {enabled: true}"));
    EXPECT_THAT(errors_of("plugins: {entries: {nat: off}}"),
                ElementsAre("c.yaml:1:26: plugins.entries.nat: it must be a map of keys and "
                            "values, such as {enabled: false}"));
}

TEST(Loader, EachItemOfAListHasItsPlaceAndGoodOnesCount) {
    const os::TemporaryDir dir;
    const auto file = dir.path() / "config.yaml";
    os::write_file_atomic(file, "plugins:\n  path: [/a, b, /c]\n");
    const Reading reading = read_config(file);
    EXPECT_EQ(reading.config.plugins.path, (std::vector<std::string>{"/a", "/c"}));
    EXPECT_THAT(
        reading.problems,
        ElementsAre(file.string() + ":2:14: plugins.path[1]: \"b\" is not an absolute path"));
    EXPECT_EQ(reading.config.from_file.at("plugins.path[0]"), file.string() + ":2:10");
    EXPECT_EQ(reading.config.from_file.at("plugins.path[2]"), file.string() + ":2:17");
    EXPECT_FALSE(reading.config.from_file.contains("plugins.path[1]"));
    EXPECT_EQ(reading.config.from_file.at("plugins.path"), file.string() + ":2:9");
}

TEST(Loader, ATextInQuotesEnds) {
    for (const char* text :
         {"vm:\n  image: \"foo\n", "vm:\n  image: 'foo\n", "vm:\n  image: \"foo\n\n",
          "vm:\n  image: 'it''s\n", "vm:\n  image: \"a\\\"\n", "vm:\n  image: &a 'x\n",
          "vm:\n  image: \"foo\n  vcpus: 2\n"}) {
        const auto errors = errors_of(text);
        ASSERT_EQ(errors.size(), 1U) << text;
        EXPECT_EQ(errors.front().find("c.yaml:2:10: "), 0U) << text << errors.front();
    }
    EXPECT_THAT(errors_of("vm:\n  image: \"foo\n"),
                ElementsAre("c.yaml:2:10: a text in quotes begins here and never ends"));
    for (const char* text :
         {"vm:\n  image: \"foo\"\n", "vm:\n  image: 'it''s'", "vm:\n  image: \"a\\\"\"\n",
          "vm:\n  image: \"\\\\\"\n", "vm:\n  image: ''\n", "vm:\n  image: a'b\n",
          "vm:\n  image: 'x' # don't\n", "\xef\xbb\xbfvm: {image: 'x'}\n",
          "vm:\n  image: |\n    'x\n", "vm:\n  image: !!str 'x'\n", "vm:\n  image: \"\xc3\xa9\"\n",
          "'vm': {}\n", ""}) {
        EXPECT_TRUE(errors_of(text).empty()) << text << errors_of(text).front();
    }
}

TEST(Loader, BrokenYamlIsOneErrorWithItsPlace) {
    for (const char* text : {"vm: {", "a: b: c", "\tvm: 1", "vm: [1", "*nothing", "? [a\n", "\""}) {
        const auto errors = errors_of(text);
        ASSERT_EQ(errors.size(), 1U) << text;
        EXPECT_EQ(errors.front().find("c.yaml:"), 0U) << errors.front();
    }
    EXPECT_EQ(errors_of(std::string(3000, '[')).size(), 1U);
}

TEST(Loader, AFileIsUtf8) {
    const auto problem = [](std::string_view text) {
        try {
            static_cast<void>(parse_config(text, "config.yaml"));
        } catch (const os::Error& error) {
            return std::string(error.what());
        }
        return std::string("none");
    };
    EXPECT_EQ(problem("vm:\n  image: \"\xc0\xaf\"\n"),
              "config.yaml:2:1: a character here is not UTF-8; save the file as UTF-8");
    EXPECT_EQ(problem("vm: # \xc3\xa9\n"), "none");
}

TEST(Loader, OneDocumentIsAllThereIs) {
    EXPECT_THAT(errors_of("vm: {}\n---\nvm: {}\n"),
                ElementsAre("c.yaml:2:1: a second document begins here"));
    EXPECT_THAT(errors_of(","), ElementsAre("c.yaml:1:1: this cannot stand here"));
    EXPECT_EQ(errors_of("vm: {}\n, x\n").size(), 1U);
}

TEST(Effective, EachValueHasItsSource) {
    const auto json = to_json(parse_config("vm: {memory: 2048}\nplugins: {entries: {nat: {config: "
                                           "{a: 1}}}}",
                                           "c.yaml"));
    EXPECT_EQ(json["vm"]["memory"]["value"], "2G");
    EXPECT_EQ(json["vm"]["memory"]["source"], "file");
    EXPECT_EQ(json["vm"]["create_timeout"]["value"], "120s");
    EXPECT_EQ(json["vm"]["create_timeout"]["source"], "default");
    EXPECT_EQ(json["plugins"]["entries"]["nat"]["config"]["value"]["a"], 1);
    EXPECT_EQ(json["plugins"]["entries"]["tap-pool"]["enabled"]["value"], true);
}

} // namespace
} // namespace banger::config
