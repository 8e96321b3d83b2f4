// What an editor says by recipe.schema.json beside what the reader says: it never calls wrong what
// is taken, knows the same keys, and refuses what a schema can refuse.
#include "golden.hpp"

#include "recipe_reader.hpp"

#include "support/json_verdict.hpp"

#include <banger/plugin.hpp>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <yaml-cpp/yaml.h>

namespace imagebuild {
namespace {

using nlohmann::json;

const std::string source = BANGER_SOURCE "/plugins/imagebuild/";

const json& schema() {
    static const json read = json::parse(test::content_of(source + "recipe.schema.json"));
    return read;
}

/// As YAML 1.2 has words without quotes.
json scalar(const YAML::Node& node) {
    const std::string& text = node.Scalar();
    if (node.Tag() == "!") {
        return text;
    }
    if (text == "true" || text == "false") {
        return text == "true";
    }
    double number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    return read.ec == std::errc() && read.ptr == text.data() + text.size() ? json(number)
                                                                           : json(text);
}

json as_json(const YAML::Node& node) {
    json value = node.IsSequence() ? json::array() : node.IsMap() ? json::object() : json();
    if (node.IsScalar()) {
        return scalar(node);
    }
    for (const auto& member : node) {
        if (node.IsMap()) {
            value[member.first.Scalar()] = as_json(member.second);
        } else {
            value.push_back(as_json(member));
        }
    }
    return value;
}

bool editor_takes(const std::string& yaml) {
    return banger::test::follows_schema(as_json(YAML::Load(yaml)), schema());
}

bool reader_takes(const std::string& yaml) {
    try {
        (void)read_recipe(yaml, "r.yaml", "/r");
        return true;
    } catch (const banger::Error&) {
        return false;
    }
}

/// "users/name", ..: what may be in what.
void keys_of(const json& rule, const std::string& place, std::set<std::string>& keys) {
    const json members = rule.value("properties", json::object());
    for (const auto& [name, member] : members.items()) {
        keys.insert(place + name);
        keys_of(member, place + name + "/", keys);
    }
    if (rule.contains("items")) {
        keys_of(rule["items"], place, keys);
    }
    for (const json& each : rule.value("anyOf", json::array())) {
        keys_of(each, place, keys);
    }
}

TEST(RecipeSchema, TakesWhatTheReaderTakes) {
    for (const std::string& file :
         {test::golden("whole.yaml").string(), source + "recipes/default.yaml",
          source + "recipes/docker.yaml"}) {
        EXPECT_TRUE(editor_takes(test::content_of(file))) << file;
    }
    for (const char* yaml :
         {"packages:\ncommands: []\nenv: {A: '', B: 1, C: true}\n", "size: 512\nmemory: 0.5G\n",
          "files: [{to: /a, content: 7, mode: 0644}]\n", "users: [a, {name: b, groups: }]\n",
          "services: [a@b.service]\nwork: {seed: false, size: 2t}\n",
          "packages: ['a=1:2~3+4', a/b, a:amd64]\n", "commands: [true, 1]\n"}) {
        EXPECT_TRUE(reader_takes(yaml)) << yaml;
        EXPECT_TRUE(editor_takes(yaml)) << yaml;
    }
}

TEST(RecipeSchema, RefusesWhatASchemaCanRefuse) {
    for (const char* name :
         {"commands", "downloads", "files", "keys", "list", "users", "values", "words"}) {
        EXPECT_FALSE(
            editor_takes(test::content_of(test::golden("refused/" + std::string(name) + ".yaml"))))
            << name;
    }
    for (const char* yaml : {"from: Bad Name\n",
                             "size: eight\n",
                             "memory: 0\n",
                             "vcpus: 99\n",
                             "packages: git\n",
                             "packages: ['-o']\n",
                             "env: {1X: a}\n",
                             "env: {A: 'say \"hi\"'}\n",
                             "env: {A: [1]}\n",
                             "users: [{uid: 5}]\n",
                             "users: [Root]\n",
                             "users: [{name: a, sudo: maybe}]\n",
                             "users: [[a]]\n",
                             "files: [{to: x, content: a}]\n",
                             "files: [{to: /a, content: a, path: b}]\n",
                             "files: [{to: /a}]\n",
                             "files: [{content: a}]\n",
                             "files: [{to: /a, content: a, mode: rw}]\n",
                             "downloads: [{url: 'ftp://x/y', to: /a}]\n",
                             "downloads: [{url: 'http://x/y', to: /a}]\n",
                             "commands: ['']\n",
                             "services: ['-x']\n",
                             "services: [{enable: true}]\n",
                             "work: {sede: true}\n",
                             "work: {seed: 1}\n"}) {
        EXPECT_FALSE(reader_takes(yaml)) << yaml;
        EXPECT_FALSE(editor_takes(yaml)) << yaml;
    }
}

TEST(RecipeSchema, KnowsTheKeysOfTheReader) {
    std::set<std::string> keys;
    keys_of(schema(), "", keys);
    EXPECT_THAT(keys, testing::IsSupersetOf({"work/seed", "users/sudo", "downloads/optional"}));
    for (const std::string& key : keys) { // a wrong value is told, not a key that is not known
        const std::size_t at = key.find('/');
        const std::string inner = at == std::string::npos ? "" : key.substr(at + 1);
        const std::string outer = key.substr(0, at);
        const std::string list = outer == "work" ? "" : "- ";
        const std::string yaml =
            inner.empty() ? key + ": [[a]]\n" : outer + ":\n  " + list + inner + ": [[a]]\n";
        try {
            (void)read_recipe(yaml, "r.yaml", "/r");
            ADD_FAILURE() << yaml;
        } catch (const banger::Error& error) {
            EXPECT_THAT(error.what(), testing::Not(testing::HasSubstr("there is no such key")))
                << yaml;
        }
    }
    // And the reader, asked for a key that nobody knows, names none that the schema lacks.
    const auto named = [&](const std::string& yaml, const std::string& place) {
        try {
            (void)read_recipe(yaml, "r.yaml", "/r");
        } catch (const banger::Error& error) {
            std::string text = error.what();
            const std::size_t begin = text.find("; there are ");
            ASSERT_NE(begin, std::string::npos) << text;
            text = text.substr(begin + 12, text.find(';', begin + 2) - begin - 12);
            std::size_t count = 0;
            for (std::size_t at = 0; at < text.size(); ++count) {
                const std::size_t end = std::min(text.find(", ", at), text.size());
                EXPECT_THAT(keys, testing::Contains(place + text.substr(at, end - at)));
                at = end + 2;
            }
            EXPECT_GT(count, 1U) << text;
        }
    };
    named("zzzzzzzzzzzz: 1\n", "");
    for (const std::string place : {"users", "files", "downloads", "services"}) {
        named(place + ": [{zzzzzzzzzzzz: 1}]\n", place + "/");
    }
    named("work: {zzzzzzzzzzzz: 1}\n", "work/");
}

} // namespace
} // namespace imagebuild
