#include "plugin/schema.hpp"

#include "os/error.hpp"
#include "os/nearest.hpp"
#include "plugin/limits.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include <nlohmann/json.hpp>
#include <re2/re2.h>

namespace banger::plugin {

using nlohmann::json;
using os::Error;
using os::ErrorKind;

namespace {

constexpr int max_depth = 16;
constexpr std::size_t max_pattern_input = 4096;
constexpr int pattern_memory = 256 * 1024; // bounds the time of a match, too: size times length

constexpr std::array<std::string_view, 7> types{"object", "array",   "string", "integer",
                                                "number", "boolean", "null"};
constexpr std::array<std::string_view, 22> keywords{
    "type",     "enum",     "const",        "properties", "required",    "additionalProperties",
    "items",    "minItems", "maxItems",     "minLength",  "maxLength",   "pattern",
    "minimum",  "maximum",  "default",      "title",      "description", "$schema",
    "$comment", "examples", "x-short-flag", "x-path"}; // x-: sdk/options.h, sdk/actions.h

[[noreturn]] void bad_schema(const std::string& where, const std::string& what) {
    throw Error(ErrorKind::invalid, "schema" + (where.empty() ? "" : " of " + where) + ": " + what);
}

std::string child(const std::string& path, const std::string& key) {
    return path.empty() ? key : path + "." + key;
}

bool has_type(const json& value, std::string_view type) {
    if (type == "object") {
        return value.is_object();
    }
    if (type == "array") {
        return value.is_array();
    }
    if (type == "string") {
        return value.is_string();
    }
    if (type == "boolean") {
        return value.is_boolean();
    }
    if (type == "null") {
        return value.is_null();
    }
    if (type == "integer") {
        return value.is_number_integer() ||
               (value.is_number_float() && std::trunc(value.get<double>()) == value.get<double>());
    }
    return value.is_number();
}

std::vector<std::string> type_list(const json& schema) {
    const auto type = schema.find("type");
    if (type == schema.end()) {
        return {};
    }
    if (type->is_string()) {
        return {type->get<std::string>()};
    }
    return type->get<std::vector<std::string>>();
}

void check_types(const json& type, const std::string& where) {
    if (!type.is_string() && !(type.is_array() && !type.empty())) {
        bad_schema(where, "type is a name or a list of names");
    }
    for (const json& name : type.is_array() ? type : json::array({type})) {
        if (!name.is_string() ||
            std::find(types.begin(), types.end(), name.get<std::string>()) == types.end()) {
            bad_schema(where, "unknown type " + name.dump());
        }
    }
}

void check_keyword(const std::string& key, const json& value, const std::string& where) {
    if (key == "type") {
        check_types(value, where);
    } else if (key == "enum" || key == "required") {
        if (!value.is_array()) {
            bad_schema(where, key + " is a list");
        }
        for (const json& name : value) {
            if (key == "required" && !name.is_string()) {
                bad_schema(where, "required is a list of keys, not of " + name.dump());
            }
        }
    } else if (key == "properties") {
        if (!value.is_object()) {
            bad_schema(where, "properties is an object");
        }
    } else if (key == "pattern") {
        if (!value.is_string()) {
            bad_schema(where, "pattern is a text");
        }
        limits::require("schema: pattern", value.get_ref<const std::string&>().size(),
                        limits::pattern);
    } else if (key == "x-short-flag") {
        if (!value.is_string() || value.get_ref<const std::string&>().size() != 1 ||
            std::isalpha(static_cast<unsigned char>(value.get_ref<const std::string&>()[0])) == 0) {
            bad_schema(where, "x-short-flag is one letter");
        }
    } else if (key == "x-path") {
        if (value != json(true)) {
            bad_schema(where, "x-path is true");
        }
    } else if (key.starts_with("min") || key.starts_with("max")) {
        if (!value.is_number()) {
            bad_schema(where, key + " is a number");
        }
    }
}

/// Throws when `schema` uses what the checker below does not understand.
void check_schema(const json& schema, const std::string& where, int depth) {
    if (!schema.is_object()) {
        bad_schema(where, "not an object");
    }
    if (depth > max_depth) {
        bad_schema(where, "nested too deeply");
    }
    for (const auto& [key, value] : schema.items()) {
        if (std::find(keywords.begin(), keywords.end(), key) == keywords.end()) {
            bad_schema(where, "unknown keyword '" + key + "'" +
                                  os::did_you_mean(key, {keywords.begin(), keywords.end()}));
        }
        check_keyword(key, value, where);
        if (key == "properties") {
            for (const auto& [name, property] : value.items()) {
                check_schema(property, child(where, name), depth + 1);
            }
        } else if (key == "items" || (key == "additionalProperties" && !value.is_boolean())) {
            check_schema(value, child(where, key), depth + 1);
        }
    }
}

/// Calls f(schema, where) for each schema that stands directly in this one.
template <class F>
void each_inner(const json& schema, const std::string& where, F f) {
    if (const auto properties = schema.find("properties"); properties != schema.end()) {
        for (const auto& [name, property] : properties->items()) {
            f(property, child(where, name));
        }
    }
    for (const char* key : {"items", "additionalProperties"}) {
        if (const auto inner = schema.find(key); inner != schema.end() && inner->is_object()) {
            f(*inner, child(where, key));
        }
    }
}

std::string quoted_list(const json& values) {
    std::string text;
    for (const json& value : values) {
        text += (text.empty() ? "" : ", ") +
                (value.is_string() ? value.get<std::string>() : value.dump());
    }
    return text;
}

} // namespace

/// The regular expressions of a schema. They run on what users write, so they take a time in
/// proportion to it and a fixed memory, whatever the plugin's author wrote: no back references.
class Schema::Patterns {
  public:
    void collect(const json& schema, const std::string& where) {
        if (const auto pattern = schema.find("pattern"); pattern != schema.end()) {
            add(pattern->get<std::string>(), where);
        }
        each_inner(schema, where,
                   [this](const json& inner, const std::string& at) { collect(inner, at); });
    }
    [[nodiscard]] bool match(const std::string& pattern, const std::string& value) const {
        return re2::RE2::PartialMatch(value, all_.at(pattern));
    }

  private:
    void add(const std::string& pattern, const std::string& where) {
        re2::RE2::Options options;
        options.set_log_errors(false);
        options.set_max_mem(pattern_memory);
        const re2::RE2& made = all_.try_emplace(pattern, pattern, options).first->second;
        if (!made.ok()) {
            bad_schema(where,
                       "pattern " + json(pattern).dump() +
                           " is not a regular expression as RE2 takes them: " + made.error());
        }
    }
    std::map<std::string, re2::RE2> all_;
};

namespace {

/// One walk over a value; collects what does not fit.
class Check {
  public:
    explicit Check(const Schema::Patterns& patterns) : patterns_(patterns) {}
    void value(const json& schema, const json& value, const std::string& path) {
        const std::vector<std::string> allowed = type_list(schema);
        if (!allowed.empty() && std::none_of(allowed.begin(), allowed.end(), [&](const auto& type) {
                return has_type(value, type);
            })) {
            fail(path, "expected " + quoted_list(json(allowed)) + ", found " + shown(value));
            return;
        }
        if (const auto list = schema.find("enum");
            list != schema.end() && !contains(*list, value)) {
            std::vector<std::string> words;
            for (const json& word : *list) {
                words.push_back(word.is_string() ? word.get<std::string>() : word.dump());
            }
            fail(path,
                 shown(value) + " is not one of " + quoted_list(*list) +
                     (value.is_string() ? os::did_you_mean(value.get<std::string>(), words) : ""));
        }
        if (const auto constant = schema.find("const");
            constant != schema.end() && *constant != value) {
            fail(path, "must be " + constant->dump());
        }
        if (value.is_object()) {
            object(schema, value, path);
        } else if (value.is_array()) {
            array(schema, value, path);
        } else if (value.is_string()) {
            string(schema, value.get<std::string>(), path);
        } else if (value.is_number()) {
            number(schema, value, path);
        }
    }
    std::vector<std::string> found;

  private:
    const Schema::Patterns& patterns_;

    static bool contains(const json& list, const json& value) {
        return std::find(list.begin(), list.end(), value) != list.end();
    }
    static std::string shown(const json& value) {
        std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
        return text.size() <= 60 ? text : text.substr(0, 57) + "...";
    }
    void fail(const std::string& path, const std::string& what) {
        found.push_back((path.empty() ? "" : path + ": ") + what);
    }

    void object(const json& schema, const json& value, const std::string& path) {
        static const json none = json::object();
        const auto found_properties = schema.find("properties");
        const json& properties = found_properties == schema.end() ? none : *found_properties;
        std::vector<std::string> names;
        for (const auto& [name, property] : properties.items()) {
            names.push_back(name);
        }
        const auto additional = schema.find("additionalProperties");
        for (const auto& [key, member] : value.items()) {
            if (const auto known = properties.find(key); known != properties.end()) {
                this->value(*known, member, child(path, key));
            } else if (additional != schema.end() && additional->is_object()) {
                this->value(*additional, member, child(path, key));
            } else if (additional == schema.end() || *additional == json(false)) {
                fail(child(path, key), "unknown key" + os::did_you_mean(key, names));
            }
        }
        if (const auto required = schema.find("required"); required != schema.end()) {
            for (const json& name : *required) {
                if (!value.contains(name.get<std::string>())) {
                    fail(child(path, name.get<std::string>()), "missing");
                }
            }
        }
    }

    void array(const json& schema, const json& value, const std::string& path) {
        bounds(schema, "minItems", "maxItems", static_cast<double>(value.size()), path, " items");
        if (const auto items = schema.find("items"); items != schema.end()) {
            for (std::size_t i = 0; i < value.size(); ++i) {
                this->value(*items, value[i], path + "[" + std::to_string(i) + "]");
            }
        }
    }

    void string(const json& schema, const std::string& value, const std::string& path) {
        bounds(schema, "minLength", "maxLength", static_cast<double>(value.size()), path, " bytes");
        if (schema.contains("x-path") && !value.empty() &&
            (value.front() != '/' || value.find('\0') != std::string::npos)) {
            fail(path, shown(value) + " is not an absolute path");
        }
        if (const auto pattern = schema.find("pattern"); pattern != schema.end()) {
            const std::string text = pattern->get<std::string>();
            if (value.size() > max_pattern_input || !patterns_.match(text, value)) {
                fail(path, shown(value) + " does not match " + text);
            }
        }
    }

    void number(const json& schema, const json& value, const std::string& path) {
        bounds(schema, "minimum", "maximum", value.get<double>(), path, "");
    }

    void bounds(const json& schema, const char* low, const char* high, double size,
                const std::string& path, const char* unit) {
        const auto least = schema.find(low);
        const auto most = schema.find(high);
        const bool below = least != schema.end() && size < least->get<double>();
        const bool above = most != schema.end() && size > most->get<double>();
        if (below || above) {
            constexpr double exact = 1LL << 53; // beyond it a double is no whole number of its own
            const bool whole = size == std::trunc(size) && std::abs(size) <= exact;
            fail(path, json(whole ? json(static_cast<std::int64_t>(size)) : json(size)).dump() +
                           unit + (below ? " is less than " : " is more than ") +
                           (below ? least : most)->dump());
        }
    }
};

void fill_defaults(const json& schema, json& value) {
    const auto properties = schema.find("properties");
    if (properties == schema.end() || !value.is_object()) {
        return;
    }
    for (const auto& [name, property] : properties->items()) {
        if (!value.contains(name) && property.contains("default")) {
            value[name] = property["default"];
        }
        if (value.contains(name)) {
            fill_defaults(property, value[name]);
        }
    }
}

/// Throws when a default does not fit the schema that it stands in.
void check_defaults(const json& schema, const Schema::Patterns& patterns,
                    const std::string& where) {
    if (const auto standard = schema.find("default"); standard != schema.end()) {
        json value = *standard;
        fill_defaults(schema, value);
        Check check(patterns);
        check.value(schema, value, "");
        if (!check.found.empty()) {
            bad_schema(where, "its default does not fit: " + check.found.front());
        }
    }
    each_inner(schema, where, [&](const json& inner, const std::string& at) {
        check_defaults(inner, patterns, at);
    });
}

} // namespace

Schema::Schema(std::string_view text)
    : document_(std::make_unique<json>()), patterns_(std::make_unique<Patterns>()) {
    limits::require("schema: it", text.size(), limits::schema);
    if (text.empty()) {
        *document_ = json{{"type", "object"}};
        return;
    }
    *document_ = json::parse(text, nullptr, false);
    if (document_->is_discarded()) {
        bad_schema("", "not JSON");
    }
    check_schema(*document_, "", 0);
    patterns_->collect(*document_, "");
    check_defaults(*document_, *patterns_, "");
}

Schema::~Schema() = default;
Schema::Schema(Schema&&) noexcept = default;
Schema& Schema::operator=(Schema&&) noexcept = default;

std::vector<std::string> Schema::problems(const json& value) const {
    Check check(*patterns_);
    check.value(*document_, value, "");
    return check.found;
}

json Schema::checked(json value, std::string_view what) const {
    const std::vector<std::string> found = problems(value);
    if (!found.empty()) {
        const Error error(ErrorKind::invalid, std::string(what) + ": " + found.front());
        throw found.size() == 1 ? error : error.with_details(found);
    }
    fill_defaults(*document_, value);
    return value;
}

json Schema::checked_text(std::string_view text, std::string_view what) const {
    json value = text.empty() ? json::object() : json::parse(text, nullptr, false);
    if (value.is_discarded()) {
        throw Error(ErrorKind::invalid, std::string(what) + ": not JSON");
    }
    return checked(std::move(value), what);
}

} // namespace banger::plugin
