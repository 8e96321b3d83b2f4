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
constexpr const char* plugin_id = "^[a-z][a-z0-9-]{0,31}$";

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

/// A number whose whole part is at most `most`.
std::string up_to(std::int64_t most) {
    const std::string digits = std::to_string(most);
    std::string whole = digits;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        const std::size_t rest = digits.size() - i - 1;
        if (digits[i] != '0') {
            const std::string less = std::string("[0-") + static_cast<char>(digits[i] - 1) + "]";
            whole += "|" + digits.substr(0, i) + (digits[i] == '1' ? "0" : less);
            whole += rest == 0 ? "" : "[0-9]{" + std::to_string(rest) + "}";
        }
    }
    if (digits.size() > 1) {
        whole += "|[0-9]{1," + std::to_string(digits.size() - 1) + "}";
    }
    return "(0*(" + whole + ")(\\.[0-9]*)?|\\.[0-9]+)";
}

constexpr const char* any_number = "([0-9]+(\\.[0-9]*)?|\\.[0-9]+)";

/// Texts and, without a unit, numbers. What is too small as a text or for Rule::least, or too much
/// in the smallest unit, is left to banger config check.
Json size_type(const Rule& rule) {
    constexpr std::int64_t k = 1024;
    const bool whole = rule.kind == Kind::mib;
    const std::int64_t most = whole ? rule.max : rule.max / k / k;
    const std::string pattern = "^(" + std::string(any_number) + "[Kk]([Ii][Bb])?|" + up_to(most) +
                                "([Mm]([Ii][Bb])?)?|" + up_to(most / k) + "[Gg]([Ii][Bb])?|" +
                                up_to(most / k / k) + "[Tt]([Ii][Bb])?)$";
    Json type{{"type", {"string", whole ? "integer" : "number"}}, {"pattern", pattern}};
    type["minimum"] = whole ? Json(rule.min) : Json(static_cast<double>(rule.min) / k / k);
    type["maximum"] = most;
    return type;
}

Json duration_type(const Rule& rule) {
    const std::string pattern = "^(" + std::string(any_number) + "[Mm][Ss]|" +
                                up_to(rule.max / 1000) + "[Ss]?|" + up_to(rule.max / 60'000) +
                                "[Mm]|" + up_to(rule.max / 3'600'000) + "[Hh])$";
    return {{"type", {"string", "number"}},
            {"pattern", pattern},
            {"minimum", rule.min / 1000},
            {"maximum", rule.max / 1000}};
}

/// The private networks, as net::is_private() has them.
std::string subnet_pattern() {
    const std::string octet = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    return "^(auto|(10\\." + octet + "|172\\.(1[6-9]|2[0-9]|3[01])|192\\.168|198\\.1[89]" +
           "|100\\.(6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7]))\\." + octet + "\\." + octet +
           "/(1[6-9]|2[0-9]))$";
}

/// The beginning of `text`, as long as it goes: "d(r(i(v(e)?)?)?)?".
std::string begin_of(std::string_view text) {
    return text.empty() ? "" : "(" + std::string(1, text[0]) + begin_of(text.substr(1)) + ")?";
}

/// What can match a field of a guest configuration (plugin/entry_check.hpp).
std::string override_pattern() {
    std::string fields;
    std::string begins;
    for (const std::string_view field : {"kernel_arg:", "drive:", "nic:", "file:/"}) {
        fields += (fields.empty() ? "" : "|") + std::string(field);
        begins += (begins.empty() ? "" : "|") + begin_of(field);
    }
    return "^((" + fields + ").|(" + begins + ")[*?[\\\\])";
}

Json items(const char* pattern) {
    return {{"type", "array"}, {"items", {{"type", "string"}, {"pattern", pattern}}}};
}

Json type_of(const Rule& rule) {
    switch (rule.kind) {
    case Kind::boolean:
        return {{"type", "boolean"}};
    case Kind::integer:
        return {{"type", "integer"}, {"minimum", rule.min}, {"maximum", rule.max}};
    case Kind::mib:
    case Kind::bytes:
        return size_type(rule);
    case Kind::duration:
        return duration_type(rule);
    case Kind::choice:
        return {{"enum", rule.choices}};
    case Kind::path:
        return {{"type", "string"}, {"pattern", "^($|~?/)"}};
    case Kind::bridge:
        return {{"type", "string"}, {"pattern", "^banger[a-z0-9-]{0,9}$"}};
    case Kind::subnet:
        return {{"type", "string"}, {"pattern", subnet_pattern()}};
    case Kind::program:
        return {{"type", "string"}, {"pattern", "^([^/]+$|~?/)"}};
    case Kind::texts:
        return items(plugin_id);
    case Kind::paths:
        return items("^~?/");
    case Kind::object:
        return {{"type", "object"}};
    case Kind::text:
        break;
    }
    return {{"type", "string"}};
}

/// An object that takes no other keys; a section may be left empty.
Json closed(const Json& properties) {
    return {
        {"type", {"object", "null"}}, {"additionalProperties", false}, {"properties", properties}};
}

/// One of plugins.entries: a plugin that is off cannot be required.
Json entry_type(const Json& properties) {
    Json type = closed(properties);
    type["if"] = {{"properties", {{"enabled", {{"const", false}}}}},
                  {"required", Json::array({"enabled"})}};
    type["then"] = {{"properties", {{"required", {{"const", false}}}}}};
    return type;
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
    members["allow_override"]["items"]["pattern"] = override_pattern();
    Json known = Json::object(); // the plugins that come with banger
    for (const auto& [id, settings] : plugin_schemas()) {
        Json own = members;
        own["config"].update(settings);
        known[id] = entry_type(own);
    }
    sections["plugins"]["entries"] = {{"description", "One entry per plugin, by its id"},
                                      {"type", {"object", "null"}},
                                      {"propertyNames", {{"pattern", plugin_id}}},
                                      {"properties", known},
                                      {"additionalProperties", entry_type(members)}};
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
    for (const char* id : {"tap-pool", "nat", "dns", "vsock", "imagebuild", "web"}) {
        EXPECT_FALSE(entries[id]["properties"]["config"]["properties"].empty()) << id;
    }
}

} // namespace
} // namespace banger::config
