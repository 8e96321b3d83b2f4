#include "operation_line.hpp"

#include "http/percent.hpp"
#include "object_of.hpp"
#include "state/field.hpp"
#include "text.hpp"

#include <algorithm>

namespace web {

using nlohmann::json;

bool is_of_vm(const json& operation) {
    return field_text(operation, "kind").find('.') == std::string::npos;
}

bool is_under_way(const json& operation) {
    const std::string state = field_text(operation, "state");
    return state == "queued" || state == "running" || state == "cancelling";
}

json operation_line(const json& operation, const Snapshot& now) {
    const std::string id = field_text(operation, "id");
    const bool runs = is_under_way(operation);
    const std::string message = line_in(field_object(operation, "error"), "message", 300);
    json line = object_of(
        {{"ID", id},
         {"PATH", "/ops/" + percent_encode(id)},
         {"TEXT", operation_text(operation)},
         {"STAGE", runs ? line_in(operation, "stage", 60) : ""},
         {"PERCENT", std::min<std::uint64_t>(field_count(operation, "percent"), 100)},
         {"RUNS", runs},
         {"AGE", age_text(field(operation, runs ? "created_at" : "ended_at"), now.taken_at)},
         {"ERROR", message.empty() ? json(false) : object_of({{"MESSAGE", message}})}});
    line.update(operation_state(operation));
    return line;
}

} // namespace web
