#include "vm_filter.hpp"

#include "http/lower_case.hpp"
#include "http/percent.hpp"
#include "state/field.hpp"
#include "text.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace web {
namespace {

using nlohmann::json;

struct SortColumn {
    const char *id, *text;
};
constexpr SortColumn sort_columns[] = {{"name", "Name"},   {"state", "State"},
                                       {"image", "Image"}, {"memory", "Size"},
                                       {"cpu", "CPU"},     {"created", "Newest"}};

/// By what it is sorted; then by name.
std::tuple<double, std::string, std::string> sort_key(const json& vm, const std::string& column) {
    const std::string name = field_text(vm, "name");
    if (column == "state") {
        return {0, field_text(vm, "state"), name};
    }
    if (column == "image") {
        return {0, field_text(vm, "image"), name};
    }
    if (column == "memory") {
        return {field_number(vm, "memory_mib"), "", name};
    }
    if (column == "cpu") {
        return {field_number(field_object(vm, "guest"), "cpu_percent"), "", name};
    }
    if (column == "created") {
        return {0, field_text(vm, "created_at"), name};
    }
    return {0, "", name};
}

} // namespace

VmFilter::VmFilter(const Params& query)
    : q_(query.get("q").substr(0, 100)), state_(query.get("state").substr(0, 40)),
      image_(query.get("image").substr(0, 100)) {
    std::string_view sort = query.get("sort");
    const bool falling = !sort.empty() && sort.front() == '-';
    sort.remove_prefix(falling ? 1 : 0);
    for (const SortColumn& column : sort_columns) {
        if (sort == column.id) {
            column_ = column.id;
            falling_ = falling;
        }
    }
}

bool VmFilter::matches(const json& vm) const {
    if ((!state_.empty() && field_text(vm, "state") != state_) ||
        (!image_.empty() && field_text(vm, "image") != image_)) {
        return false;
    }
    if (q_.empty()) {
        return true;
    }
    const std::string wanted = in_lower_case(q_);
    for (const char* part : {"name", "image", "ip", "fqdn"}) {
        if (in_lower_case(field_text(vm, part)).find(wanted) != std::string::npos) {
            return true;
        }
    }
    return false;
}

std::vector<const json*> VmFilter::chosen(const json& vms) const {
    std::vector<std::pair<decltype(sort_key(vms, column_)), const json*>> keyed;
    for (const json& vm : vms) {
        if (matches(vm)) {
            keyed.emplace_back(sort_key(vm, column_), &vm);
        }
    }
    std::stable_sort(keyed.begin(), keyed.end(), [&](const auto& one, const auto& other) {
        return falling_ ? other.first < one.first : one.first < other.first;
    });
    std::vector<const json*> list;
    list.reserve(keyed.size());
    for (const auto& [key, vm] : keyed) {
        list.push_back(vm);
    }
    return list;
}

std::string VmFilter::address(const std::string& state, const std::string& sort) const {
    std::string query;
    const auto add = [&](const char* name, const std::string& value) {
        if (!value.empty()) {
            query += (query.empty() ? "?" : "&") + std::string(name) + "=" + percent_encode(value);
        }
    };
    add("q", q_);
    add("state", state);
    add("image", image_);
    add("sort", sort == "name" ? "" : sort);
    return "/vms" + query;
}

json VmFilter::heading(const char* column, const char* text) const {
    const bool is_this = column_ == column;
    return {{"TEXT", text},
            {"PATH", address(state_, (is_this && !falling_ ? "-" : "") + std::string(column))},
            {"RISING", is_this && !falling_},
            {"FALLING", is_this && falling_}};
}

json VmFilter::model(const json& vms) const {
    std::map<std::string, std::size_t> states;
    std::set<std::string> images;
    for (const json& vm : vms) {
        ++states[field_text(vm, "state")];
        images.insert(field_text(vm, "image"));
    }
    const std::string sort = (falling_ ? "-" : "") + column_;
    json chips = json::array({{{"TEXT", "all"},
                               {"COUNT", vms.size()},
                               {"PATH", address("", sort)},
                               {"CURRENT", state_.empty()}}});
    for (const auto& [state, count] : states) {
        chips.push_back({{"TEXT", line_text(state, 40)},
                         {"COUNT", count},
                         {"PATH", address(state, sort)},
                         {"CURRENT", state == state_}});
    }
    json image_choices = json::array();
    for (const std::string& image : images) {
        image_choices.push_back(
            {{"ID", image}, {"TEXT", line_text(image)}, {"CHOSEN", image == image_}});
    }
    json sort_choices = json::array();
    for (const SortColumn& column : sort_columns) {
        const bool newest_first = std::string_view(column.id) == "created";
        const std::string id = (newest_first ? "-" : "") + std::string(column.id);
        sort_choices.push_back({{"ID", id}, {"TEXT", column.text}, {"CHOSEN", id == sort}});
    }
    return {{"Q", q_},
            {"STATE_WANTED", state_},
            {"CHIPS", chips},
            {"IMAGES", image_choices},
            {"SORTS", sort_choices},
            {"BY_NAME", heading("name", "Name")},
            {"BY_STATE", heading("state", "State")},
            {"BY_IMAGE", heading("image", "Image")},
            {"BY_SIZE", heading("memory", "Size")},
            {"BY_CPU", heading("cpu", "Use")},
            {"ALL_PATH", "/vms"}};
}

} // namespace web
