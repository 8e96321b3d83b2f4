#include "schema_fields.hpp"

#include <algorithm>

namespace web {
namespace {

using nlohmann::json;

std::string plain_text(const json& value) {
    return value.is_string() ? value.get<std::string>() : value.dump();
}

bool is_true(const json& facts, const char* key) {
    return facts.is_object() && facts.value(key, json()) == json(true);
}

std::optional<FieldKind> kind_of(const json& facts, const std::string& type) {
    if (facts.contains("enum") && facts["enum"].is_array()) {
        return FieldKind::choice;
    }
    if (type == "boolean") {
        return facts.value("default", json()) == json(false) ? FieldKind::check : FieldKind::yes_no;
    }
    if (type == "array") {
        const json items = facts.value("items", json::object());
        const bool texts = !items.is_object() || items.value("type", json("string")) == "string";
        return texts ? std::optional(FieldKind::lines) : std::nullopt;
    }
    return type == "string"    ? std::optional(FieldKind::text)
           : type == "integer" ? std::optional(FieldKind::whole)
           : type == "number"  ? std::optional(FieldKind::number)
                               : std::nullopt;
}

std::string default_text(const json& value) {
    if (value.is_null() || (value.is_array() && value.empty()) || value == json("") ||
        value == json(false)) {
        return {};
    }
    return value.is_boolean() ? "yes" : plain_text(value);
}

std::optional<std::int64_t> limit_of(const json& facts, const char* key) {
    const auto found = facts.find(key);
    return found != facts.end() && found->is_number_integer()
               ? std::optional(found->get<std::int64_t>())
               : std::nullopt;
}

std::string capital(std::string text) {
    if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') {
        text[0] = static_cast<char>(text[0] - 'a' + 'A');
    }
    return text;
}

std::size_t place_in(const std::vector<std::string>& order, const std::string& name) {
    return static_cast<std::size_t>(std::find(order.begin(), order.end(), name) - order.begin());
}

} // namespace

std::string label_of(std::string_view name) {
    static const std::map<std::string_view, const char*> known{{"cpus", "CPUs"},
                                                               {"initrd", "Initial RAM disk"},
                                                               {"nat", "NAT"},
                                                               {"rootfs", "Root file system"},
                                                               {"vm", "VM"}};
    if (const auto found = known.find(name); found != known.end()) {
        return found->second;
    }
    std::string label(name);
    std::replace_if(
        label.begin(), label.end(), [](char c) { return c == '-' || c == '_'; }, ' ');
    return capital(std::move(label));
}

std::optional<FormField> schema_field(const std::string& name, const json& facts) {
    const json type = facts.is_object() ? facts.value("type", json("string")) : json();
    const auto kind = type.is_string() ? kind_of(facts, type.get<std::string>()) : std::nullopt;
    if (!kind) {
        return std::nullopt;
    }
    FormField field;
    field.id = name;
    field.label = label_of(name);
    field.kind = *kind;
    field.at = {name};
    field.flag = "--" + name;
    const json description = facts.value("description", json());
    field.help = description.is_string() ? capital(description.get<std::string>()) : "";
    if (field.kind == FieldKind::lines) { // that is said of flags, and is plain to see here
        for (const char* said : {", may be repeated", "; may be given again"}) {
            field.help = field.help.substr(0, field.help.find(said));
        }
    }
    if (const std::string text = default_text(facts.value("default", json())); !text.empty()) {
        field.help += (field.help.empty() ? "" : " ") + std::string("(else: ") + text + ")";
    }
    field.path = is_true(facts, "x-path") || is_true(facts, "path") ||
                 is_true(facts.value("items", json::object()), "x-path");
    if (field.kind == FieldKind::choice) {
        field.choices.push_back({"", "default", nullptr});
        for (const json& each : facts["enum"]) {
            field.choices.push_back({plain_text(each), plain_text(each), each});
        }
    }
    field.least = limit_of(facts, "minimum");
    field.most = limit_of(facts, "maximum");
    return field;
}

std::vector<FormField> schema_fields(const json& schema, const std::vector<std::string>& first) {
    const json properties =
        schema.is_object() ? schema.value("properties", json::object()) : json();
    const json needed = schema.is_object() ? schema.value("required", json::array()) : json();
    std::vector<FormField> fields;
    for (const auto& [name, facts] : properties.items()) {
        if (auto field = schema_field(name, facts)) {
            field->required = std::find(needed.begin(), needed.end(), json(name)) != needed.end();
            fields.push_back(std::move(*field));
        }
    }
    std::stable_sort(fields.begin(), fields.end(), [&](const FormField& a, const FormField& b) {
        const std::size_t place_a = place_in(first, a.id);
        const std::size_t place_b = place_in(first, b.id);
        return place_a != place_b ? place_a < place_b : a.required && !b.required;
    });
    return fields;
}

} // namespace web
