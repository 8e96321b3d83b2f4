#include "changes.hpp"

#include "field.hpp"

namespace web {
namespace {

using nlohmann::json;

constexpr const char* diff_target = "/v1/plugins/imagebuild/actions/cli/diff";

Changes::Row row_of(const json& said) {
    Changes::Row row{
        field_text(said, "change"), field_text(said, "type"), field_text(said, "path"), {}};
    if (field(said, "size_bytes").is_number()) {
        row.bytes = field_count(said, "size_bytes");
    }
    return row;
}

/// The plugin gives a list of rows, and a text when these are not all.
Changes::Found found_in(const json& answer) {
    Changes::Found found;
    std::size_t bytes = 0;
    bool has_list = false;
    for (const json& output : field_list(answer, "output")) {
        has_list = has_list || field(output, "json").is_array();
        found.said += field_text(output, "text");
        for (const json& said : field_list(output, "json")) {
            Changes::Row row = row_of(said);
            bytes += sizeof(row) + row.path.size();
            if (bytes <= Changes::most_bytes) {
                found.rows.push_back(std::move(row));
            } else {
                ++found.more;
            }
        }
    }
    if (!has_list) { // of which nobody may say that it is empty
        throw Problem(502, "internal", "the plugin imagebuild gave no list of changes",
                      "banger daemon logs may say why");
    }
    return found;
}

} // namespace

std::string Changes::begin(const std::string& vm_id, const std::string& vm_name, bool all) {
    return lookups_.begin(vm_id, [this, vm_name, all](banger::Call& call) {
        Found found = found_in(daemon_.post(call, diff_target, {{"vm", vm_name}, {"all", all}}));
        found.all = all;
        return found;
    });
}

} // namespace web
