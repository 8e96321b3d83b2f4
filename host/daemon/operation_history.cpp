#include "daemon/operation_history.hpp"

#include "os/clock.hpp"
#include "os/error.hpp"
#include "plugin/breadcrumb.hpp"
#include "plugin/quarantine.hpp"
#include "store/database.hpp"
#include "vm/operation_record.hpp"

#include <algorithm>
#include <string>

#include <nlohmann/json.hpp>
#include <spdlog/logger.h>

namespace banger::daemon {
using nlohmann::json;
using os::Error;

namespace {

/// The call that ended the daemon, when it was this operation's: it was about its VM, or about
/// none, which ends all alike.
const plugin::CutCall* culprit(const std::vector<plugin::CutCall>& calls,
                               const store::OperationRow& row) {
    const auto found = std::find_if(calls.begin(), calls.end(), [&](const plugin::CutCall& call) {
        return !call.how.empty() &&
               (call.operation == row.id || call.vm == row.target || call.vm.empty());
    });
    return found == calls.end() ? nullptr : &*found;
}

/// "plugin nat ended bangerd (SIGSEGV) in before_start of VM web; 1 of 3 before quarantine"
json culprit_error(const plugin::CutCall& call, const plugin::Quarantine& quarantine,
                   const store::OperationRow& row) {
    const std::string count = quarantine.count_text(call.plugin);
    return {{"kind", "unavailable"},
            {"message", "plugin " + call.plugin + " ended bangerd (" + call.how + ") in " +
                            call.text() + (count.empty() ? "" : "; " + count)},
            {"hint", "see banger doctor; plugins.entries." + call.plugin +
                         ".enabled: false in config.yaml does without it"},
            {"console",
             json::array({"what " + row.kind + " " + row.target +
                          " had begun is undone or finished by the next bangerd: banger vm ls"})}};
}

} // namespace

void OperationHistory::close_unfinished(const std::vector<plugin::CutCall>& calls,
                                        const plugin::Quarantine& quarantine) {
    store::OperationTable table(database_);
    for (store::OperationRow row : table.unfinished()) {
        row.state = "failed";
        row.ended_at = os::now_ms();
        const plugin::CutCall* call = culprit(calls, row);
        const json error =
            call != nullptr
                ? culprit_error(*call, quarantine, row)
                : json{{"kind", "unavailable"},
                       {"message", "the daemon ended during " + row.kind + " " + row.target +
                                       "; the next one undoes or finishes it"},
                       {"hint", "see what became of it with: banger vm ls"},
                       {"console", json::array()}};
        row.error = error.dump(-1, ' ', false, json::error_handler_t::replace);
        table.save(row);
    }
}

void OperationHistory::save(const vm::Operation& operation) {
    // Each write waits for the disk: what comes between is told, but not kept.
    if (operation.finished() || operation.version() <= 2) {
        try {
            store::OperationTable(database_).save(vm::to_row(operation));
        } catch (const Error& error) {
            log_.warn("operation {} is not in the history: {}", operation.id(), error.what());
        }
    }
    if (operation.finished()) {
        const auto& error = operation.error();
        log_.info("operation {} {} {}: {}{}", operation.id(), operation.kind(), operation.target(),
                  vm::to_string(operation.state()), error ? std::string(": ") + error->what() : "");
    }
}

} // namespace banger::daemon
