#include "daemon/operation_history.hpp"

#include "os/clock.hpp"
#include "os/error.hpp"
#include "store/database.hpp"
#include "vm/operation_record.hpp"

#include <string>

#include <nlohmann/json.hpp>
#include <spdlog/logger.h>

namespace banger::daemon {
using nlohmann::json;
using os::Error;

void OperationHistory::close_unfinished() {
    store::OperationTable table(database_);
    for (store::OperationRow row : table.unfinished()) {
        row.state = "failed";
        row.ended_at = os::now_ms();
        row.error = json({{"kind", "unavailable"},
                          {"message", "the daemon ended during " + row.kind + " " + row.target +
                                          "; the next one undoes or finishes it"},
                          {"hint", "see what became of it with: banger vm ls"},
                          {"console", json::array()}})
                        .dump();
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
