#include "vm/operation_record.hpp"

#include "os/clock.hpp"

namespace banger::vm {
using nlohmann::json;

namespace {

std::string dumped(const json& value) {
    // A plugin or guest may have put bytes into a text that are not UTF-8.
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

json parsed(const std::string& text) {
    json value = json::parse(text, nullptr, false);
    return value.is_discarded() ? json(nullptr) : value;
}

json parsed(const std::optional<std::string>& text) {
    return text ? parsed(*text) : json(nullptr);
}

} // namespace

store::OperationRow to_row(const Operation& operation) {
    const json document = operation.to_json();
    store::OperationRow row;
    row.id = operation.id();
    row.kind = operation.kind();
    row.target = operation.target();
    row.initiator = operation.initiator();
    row.state = to_string(operation.state());
    row.stage = operation.current_stage();
    row.percent = document["percent"];
    row.stages = dumped(document["stages"]);
    row.log = dumped(document["log"]);
    row.privileged = dumped(document["privileged"]);
    if (!document["error"].is_null()) {
        row.error = dumped(document["error"]);
    }
    if (!document["result"].is_null()) {
        row.result = dumped(document["result"]);
    }
    row.created_at = operation.created_ms();
    row.ended_at = operation.ended_ms();
    return row;
}

json to_json(const store::OperationRow& row) {
    return {{"id", row.id},
            {"kind", row.kind},
            {"target", row.target},
            {"initiator", row.initiator.empty() ? json(nullptr) : json(row.initiator)},
            {"state", row.state},
            {"stage", row.stage},
            {"percent", row.percent},
            {"progress", nullptr},
            {"stages", parsed(row.stages)},
            {"warnings", json::array()}, // its log has them
            {"created_at", os::to_rfc3339(row.created_at)},
            {"ended_at", row.ended_at ? json(os::to_rfc3339(*row.ended_at)) : json(nullptr)},
            {"elapsed_ms", row.ended_at ? json(*row.ended_at - row.created_at) : json(nullptr)},
            {"error", parsed(row.error)},
            {"result", parsed(row.result)},
            {"log", parsed(row.log)},
            {"privileged", parsed(row.privileged)}};
}

} // namespace banger::vm
