#include "support/json_verdict.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <regex>
#include <string>

#include <nlohmann/json.hpp>

namespace banger::test {

using nlohmann::json;

namespace {

bool is_type(const json& value, const std::string& type) {
    const bool whole = value.is_number() && std::floor(value.get<double>()) == value.get<double>();
    return type == "integer"   ? whole
           : type == "number"  ? value.is_number()
           : type == "boolean" ? value.is_boolean()
           : type == "string"  ? value.is_string()
           : type == "array"   ? value.is_array()
           : type == "object"  ? value.is_object()
                               : type == "null" && value.is_null();
}

/// The words of JSON Schema that schemas of ours use; one that is not known fails.
class Verdict {
  public:
    static bool good(const json& value, const json& schema) {
        bool all = true;
        for (const auto& [word, rule] : schema.items()) {
            all = all && follows(value, schema, word, rule);
        }
        return all;
    }

  private:
    static bool follows(const json& value, const json& schema, const std::string& word,
                        const json& rule) {
        if (word == "type") {
            const json types = rule.is_array() ? rule : json::array({rule});
            return std::any_of(types.begin(), types.end(), [&](const json& type) {
                return is_type(value, type.get<std::string>());
            });
        }
        if (word == "enum") {
            return std::find(rule.begin(), rule.end(), value) != rule.end();
        }
        if (word == "const") {
            return value == rule;
        }
        if (word == "anyOf" || word == "allOf" || word == "oneOf") {
            const auto count = std::count_if(rule.begin(), rule.end(),
                                             [&](const json& each) { return good(value, each); });
            return word == "oneOf"   ? count == 1
                   : word == "anyOf" ? count > 0
                                     : count == static_cast<std::ptrdiff_t>(rule.size());
        }
        if (word == "if") {
            return !good(value, rule) || good(value, schema.at("then"));
        }
        if (word == "pattern" || word == "maxLength") {
            return !value.is_string() ||
                   (word == "pattern" ? std::regex_search(value.get<std::string>(),
                                                          std::regex(rule.get<std::string>()))
                                      : value.get<std::string>().size() <= rule.get<std::size_t>());
        }
        if (word == "minimum" || word == "maximum") {
            return !value.is_number() || (word == "minimum" ? value >= rule : value <= rule);
        }
        if (word == "items" || word == "maxItems") {
            return !value.is_array() ||
                   (word == "items"
                        ? std::all_of(value.begin(), value.end(),
                                      [&](const json& item) { return good(item, rule); })
                        : value.size() <= rule.get<std::size_t>());
        }
        if (word == "properties" || word == "additionalProperties" || word == "propertyNames" ||
            word == "required") {
            return !value.is_object() || members_follow(value, schema, word, rule);
        }
        const bool known = word == "then" || word == "default" || word == "description" ||
                           word == "title" || word == "$schema" || word == "examples";
        EXPECT_TRUE(known) << word;
        return known;
    }

    static bool members_follow(const json& value, const json& schema, const std::string& word,
                               const json& rule) {
        if (word == "required") {
            return std::all_of(rule.begin(), rule.end(), [&](const json& name) {
                return value.contains(name.get<std::string>());
            });
        }
        const json listed = schema.value("properties", json::object());
        bool all = true;
        for (const auto& [name, member] : value.items()) {
            all = all && member_follows(listed, word, rule, name, member);
        }
        return all;
    }

    static bool member_follows(const json& listed, const std::string& word, const json& rule,
                               const std::string& name, const json& member) {
        if (word == "propertyNames") {
            return good(name, rule);
        }
        if (word == "properties") {
            return !rule.contains(name) || good(member, rule[name]);
        }
        return listed.contains(name) || (rule.is_boolean() ? rule.get<bool>() : good(member, rule));
    }
};

} // namespace

bool follows_schema(const json& value, const json& schema) {
    return Verdict::good(value, schema);
}

} // namespace banger::test
