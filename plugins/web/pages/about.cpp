#include "about.hpp"

#include "http/percent.hpp"
#include "operation_line.hpp"
#include "state/field.hpp"
#include "text.hpp"

#include <algorithm>

namespace web {
namespace {

using nlohmann::json;

bool has_name(const json& list, std::string_view name) {
    return !name.empty() && list.is_array() &&
           std::any_of(list.begin(), list.end(),
                       [&](const json& each) { return field(each, "name") == name; });
}

} // namespace

bool has_vm(const Snapshot& now, std::string_view name) {
    return has_name(now.vms, name);
}

bool has_image(const Snapshot& now, std::string_view name) {
    return has_name(now.images, name);
}

std::string vm_path(std::string_view name) {
    return "/vms/" + percent_encode(name);
}

std::string image_path(std::string_view name) {
    return "/images/" + percent_encode(name);
}

json about_operation(const json& operation, const Snapshot& now) {
    const std::string target = field_text(operation, "target");
    // A plugin's job says in its own words what it is about, and images and VMs may share a name.
    if (!is_of_vm(operation) && has_image(now, target)) {
        return {{"ABOUT_PATH", image_path(target)}, {"ABOUT_TEXT", "image " + line_text(target)}};
    }
    if (has_vm(now, target)) {
        return {{"ABOUT_PATH", vm_path(target)}, {"ABOUT_TEXT", "VM " + line_text(target)}};
    }
    return false;
}

} // namespace web
