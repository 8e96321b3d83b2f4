#include "schema_text.hpp"

#include "result_view.hpp"
#include "state/field.hpp"
#include "text.hpp"

#include <map>

namespace web {
namespace {

using nlohmann::json;

std::string kind_of_value(const json& schema) {
    std::string choices;
    for (const json& each : field_list(schema, "enum")) {
        choices += (choices.empty() ? "" : ", ") + value_text("", each);
    }
    if (!choices.empty()) {
        return "one of " + line_text(choices, 400);
    }
    static const std::map<std::string, const char*> kinds{
        {"boolean", "true or false"}, {"integer", "a whole number"}, {"number", "a number"},
        {"string", "a text"},         {"array", "a list"},           {"object", "a map"}};
    const auto kind = kinds.find(field_text(schema, "type"));
    return kind == kinds.end() ? std::string() : kind->second;
}

std::string range_of(const json& schema) {
    const json& least = field(schema, "minimum");
    const json& most = field(schema, "maximum");
    if (!least.is_number() && !most.is_number()) {
        return {};
    }
    return (least.is_number() ? " from " + least.dump() : "") +
           (most.is_number() ? (least.is_number() ? " to " : " up to ") + most.dump() : "");
}

} // namespace

std::string schema_text(const json& schema) {
    std::string text;
    const auto add = [&](const std::string& part) {
        if (!part.empty()) {
            text += (text.empty() ? "" : "; ") + part;
        }
    };
    add(line_in(schema, "description", 1000));
    add(kind_of_value(schema) + range_of(schema));
    const json& built_in = field(schema, "default");
    if (!built_in.is_null()) {
        const std::string value = value_text("", built_in);
        add("without it: " + (value.empty() ? "empty" : value));
    }
    return text;
}

} // namespace web
