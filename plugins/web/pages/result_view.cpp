#include "result_view.hpp"

#include "about.hpp"
#include "state/field.hpp"
#include "text.hpp"

#include <algorithm>

namespace web {
namespace {

using nlohmann::json;

constexpr std::size_t longest_value = 600;

bool has_unit(std::string_view name, std::string_view unit) {
    return name.ends_with(unit) && name.size() > unit.size();
}

json value_fact(const std::string& name, const json& value) {
    return {{"LABEL", label_text(name)}, {"CONTENT", value_text(name, value)}};
}

json link_to(const std::string& path, const std::string& text) {
    return {{"LINK_PATH", path}, {"LINK_TEXT", text}};
}

} // namespace

std::string label_text(std::string_view name) {
    for (const std::string_view unit : {"_bytes", "_s", "_ms", "_percent"}) {
        if (has_unit(name, unit)) {
            name.remove_suffix(unit.size());
            break;
        }
    }
    std::string label = line_text(name, 60);
    std::replace(label.begin(), label.end(), '_', ' ');
    if (!label.empty() && label[0] >= 'a' && label[0] <= 'z') {
        label[0] = static_cast<char>(label[0] - 'a' + 'A');
    }
    return label;
}

std::string value_text(std::string_view name, const json& value) {
    const json entry{{"value", value}};
    if (value.is_string()) {
        return line_in(entry, "value", longest_value);
    }
    if (value.is_number() && has_unit(name, "_bytes")) {
        return bytes_text(field_count(entry, "value"));
    }
    if (value.is_number() && has_unit(name, "_ms")) {
        return seconds_text(field_number(entry, "value") / 1000);
    }
    if (value.is_number() && has_unit(name, "_s")) {
        return seconds_text(field_number(entry, "value"));
    }
    if (value.is_boolean()) {
        return value.get<bool>() ? "yes" : "no";
    }
    if (value.is_null()) {
        return {};
    }
    const bool is_words =
        value.is_array() &&
        std::all_of(value.begin(), value.end(), [](const json& each) { return each.is_string(); });
    if (is_words) {
        std::string text;
        for (const json& word : value) {
            text += (text.empty() ? "" : "; ") + word.get<std::string>();
        }
        return line_text(text, longest_value);
    }
    return line_text(value.dump(-1, ' ', false, json::error_handler_t::replace), longest_value);
}

json result_view(const json& operation, const Snapshot& now) {
    const json& result = field(operation, "result");
    json links = json::array();
    json facts = json::array();
    if (!result.is_object()) {
        if (result.is_null()) {
            return false;
        }
        facts.push_back(value_fact("result", result));
        return {{"LINKS", links}, {"FACTS", facts}};
    }
    for (const auto& [name, value] : result.items()) {
        const std::string vm = name == "vm" ? field_text(value, "name") : std::string();
        if (!vm.empty()) {
            if (has_vm(now, vm)) {
                links.push_back(link_to(vm_path(vm), "VM " + line_text(vm)));
            } else {
                facts.push_back(value_fact("vm", vm + " (it is gone)"));
            }
            continue;
        }
        if (name == "image" && value.is_string() && has_image(now, value.get<std::string>())) {
            links.push_back(link_to(image_path(value.get<std::string>()),
                                    "Image " + line_text(value.get<std::string>())));
            continue;
        }
        if (!value.is_null()) {
            facts.push_back(value_fact(name, value));
        }
    }
    if (links.empty() && facts.empty()) {
        return false;
    }
    return {{"LINKS", links}, {"FACTS", facts}};
}

} // namespace web
