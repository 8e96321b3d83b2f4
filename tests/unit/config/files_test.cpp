// The example, the JSON Schema and the documentation say the same as the table of keys.
#include "config/config.hpp"
#include "config/effective.hpp"
#include "config/keys.hpp"
#include "config/value.hpp"

#include "os/file.hpp"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <regex>
#include <sstream>

#include <nlohmann/json.hpp>

namespace banger::config {
namespace {
namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

const fs::path source = BANGER_SOURCE_DIR;

std::string uncommented(const std::string& text) {
    static const std::regex key("^( *)#([^ #].*)$");
    std::istringstream in(text);
    std::string out;
    for (std::string line; std::getline(in, line);) {
        out += std::regex_replace(line, key, "$1$2") + "\n";
    }
    return out;
}

TEST(Example, AsItIsItChangesNothing) {
    const Reading reading = read_config(source / "host/daemon/config.example.yaml");
    EXPECT_TRUE(reading.problems.empty());
    EXPECT_TRUE(reading.config.from_file.empty());
}

TEST(Example, UncommentedItSetsEveryKeyToItsBuiltInValue) {
    const std::string text = os::read_file(source / "host/daemon/config.example.yaml");
    const Config config = parse_config(uncommented(text), "config.example.yaml");
    for (const auto& key : config_keys()) {
        EXPECT_TRUE(config.from_file.contains(key.path())) << key.path();
    }
    for (const auto& key : entry_keys()) {
        EXPECT_TRUE(config.from_file.contains("plugins.entries.tap-pool." + key.path()))
            << key.path();
    }
    Json values = to_json(config);
    Json defaults = to_json(default_config());
    for (Json* json : {&values, &defaults}) {
        *json = Json::parse(
            std::regex_replace(json->dump(), std::regex("\"source\":\"[a-z]*\""), "\"source\":0"));
    }
    EXPECT_EQ(values, defaults);
}

TEST(Documentation, NamesEveryKey) {
    const std::string text = os::read_file(source / "docs/configuration.md");
    for (const auto& key : config_keys()) {
        EXPECT_NE(text.find("`" + key.path() + "`"), std::string::npos) << key.path();
    }
    for (const auto& key : entry_keys()) {
        EXPECT_NE(text.find("`" + key.path() + "`"), std::string::npos) << key.path();
    }
}

Json type_of(const Rule& rule) {
    switch (rule.kind) {
    case Kind::boolean:
        return {{"type", "boolean"}};
    case Kind::integer:
        return {{"type", "integer"}, {"minimum", rule.min}, {"maximum", rule.max}};
    case Kind::mib:
    case Kind::bytes:
        return {{"type", {"string", "integer"}},
                {"pattern", "^[0-9]+(\\.[0-9]+)?([KkMmGgTt]([Ii][Bb])?)?$"}};
    case Kind::duration:
        return {{"type", {"string", "integer"}}, {"pattern", "^[0-9]+(\\.[0-9]+)?(ms|s|m|h)?$"}};
    case Kind::choice:
        return {{"enum", rule.choices}};
    case Kind::path:
        return {{"type", "string"}, {"pattern", "^(~?/.*)?$"}};
    case Kind::bridge:
        return {{"type", "string"}, {"pattern", "^banger[a-z0-9-]{0,9}$"}};
    case Kind::subnet:
        return {{"type", "string"}, {"pattern", "^(auto|[0-9.]+/(1[6-9]|2[0-9]))$"}};
    case Kind::texts:
    case Kind::paths:
        return {{"type", "array"}, {"items", {{"type", "string"}}}};
    case Kind::object:
        return {{"type", "object"}};
    case Kind::text:
    case Kind::program:
        break;
    }
    return {{"type", "string"}};
}

/// An object that takes no other keys; a section may be left empty.
Json closed(const Json& properties) {
    return {
        {"type", {"object", "null"}}, {"additionalProperties", false}, {"properties", properties}};
}

template <class Owner>
Json property(const Key<Owner>& key, Owner& owner) {
    Json out{{"description", key.description}};
    out.update(type_of(key.rule));
    out["default"] = show_value(key.rule, key.slot(owner));
    return out;
}

/// The schemas that banger's own plugins give for their settings, as their sources have them.
std::map<std::string, Json> plugin_schemas() {
    std::map<std::string, Json> schemas;
    for (const auto& folder : fs::directory_iterator(source / "plugins")) {
        const auto text =
            folder.is_directory() ? os::find_file(folder.path() / "config.cpp") : std::nullopt;
        if (!text) {
            continue;
        }
        const std::string begin = "config_schema[] = R\"(";
        const std::size_t from = text->find(begin) + begin.size();
        schemas[folder.path().filename()] =
            Json::parse(text->substr(from, text->find(")\"", from) - from));
    }
    return schemas;
}

Json schema() {
    Config config = default_config();
    PluginEntry entry;
    Json sections;
    for (const auto& key : config_keys()) {
        sections[std::string(key.section)][std::string(key.name)] = property(key, config);
    }
    Json members;
    for (const auto& key : entry_keys()) {
        members[std::string(key.name)] = property(key, entry);
    }
    Json known = Json::object(); // the plugins that come with banger
    for (const auto& [id, settings] : plugin_schemas()) {
        Json own = members;
        own["config"].update(settings);
        known[id] = closed(own);
    }
    sections["plugins"]["entries"] = {{"description", "One entry per plugin, by its id"},
                                      {"type", {"object", "null"}},
                                      {"propertyNames", {{"pattern", "^[a-z][a-z0-9-]{0,31}$"}}},
                                      {"properties", known},
                                      {"additionalProperties", closed(members)}};
    Json properties;
    for (const auto& [name, members_of] : sections.items()) {
        properties[name] = closed(members_of);
    }
    Json out{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
             {"title", "banger config.yaml"}};
    out.update(closed(properties));
    return out;
}

/// BANGER_TEST_ACCEPT=1 writes the file anew after a change of the keys.
TEST(Schema, IsWhatTheTableOfKeysSays) {
    const fs::path file = source / "host/config/config.schema.json";
    const std::string expected = schema().dump(2) + "\n";
    if (const char* accept = std::getenv("BANGER_TEST_ACCEPT");
        accept != nullptr && *accept == '1') {
        os::write_file_atomic(file, expected, 0644);
    }
    EXPECT_EQ(os::find_file(file).value_or(""), expected);
    Json whole = schema();
    Json& entries = whole["properties"]["plugins"]["properties"]["entries"]["properties"];
    for (const char* id : {"tap-pool", "nat", "dns", "vsock"}) {
        EXPECT_FALSE(entries[id]["properties"]["config"]["properties"].empty()) << id;
    }
}

} // namespace
} // namespace banger::config
