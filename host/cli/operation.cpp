#include "cli/operation.hpp"

#include "api_client/json.hpp"
#include "cli/console_text.hpp"
#include "cli/noun.hpp"

namespace banger::cli {
namespace {

Stage stage_from(const Json& json) {
    Stage stage{plain_line(text_at(json, "name")), std::nullopt, text_at(json, "state")};
    if (const auto ms = number_at(json, "ms"); ms && !value_at(json, "ended_at").is_null()) {
        stage.seconds = *ms / 1000;
    }
    return stage;
}

} // namespace

std::optional<Operation> operation_of(const Json& json) {
    if (text_at(json, "id").empty() || text_at(json, "kind").empty() ||
        !value_at(json, "stages").is_array()) {
        return std::nullopt;
    }
    Operation operation;
    operation.id = text_at(json, "id");
    operation.kind = text_at(json, "kind");
    operation.target = text_at(json, "target");
    operation.state = text_at(json, "state");
    operation.stage = plain_line(text_at(json, "stage"));
    operation.percent = number_at(json, "percent");
    if (const Json& count = value_at(json, "progress"); count.is_object()) {
        operation.count =
            Count{number_at(count, "done").value_or(0), number_at(count, "total").value_or(0),
                  text_at(count, "unit") == "bytes"};
    }
    operation.elapsed = number_at(json, "elapsed_ms").value_or(0) / 1000;
    for (const Json& stage : value_at(json, "stages")) {
        operation.stages.push_back(stage_from(stage));
    }
    return operation;
}

std::optional<os::Error> error_of(const Json& operation) {
    const std::string state = text_at(operation, "state");
    if (state != "failed" && state != "cancelled") {
        return std::nullopt;
    }
    const Json& error = value_at(operation, "error");
    const std::string what = text_at(operation, "kind") + " " + text_at(operation, "target");
    if (!error.is_object()) {
        return state == "cancelled" ? os::Error(os::ErrorKind::cancelled, what + " was cancelled")
                                    : os::Error(os::ErrorKind::internal, what + " failed");
    }
    try {
        api_client::throw_problem(error);
    } catch (const os::Error& described) {
        return described;
    }
}

} // namespace banger::cli
