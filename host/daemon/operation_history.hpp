#pragma once

#include <string>
#include <vector>

namespace banger::plugin {
struct CutCall;
class Quarantine;
} // namespace banger::plugin
namespace banger::store {
class Database;
}
namespace banger::vm {
class Operation;
}
namespace spdlog {
class logger;
}

namespace banger::daemon {

/// Operations on record, for a look back and for the next daemon. [loop]
class OperationHistory {
  public:
    OperationHistory(store::Database& database, spdlog::logger& log)
        : database_(database), log_(log) {}

    /// Those that the last daemon did not end are over: what they left is recovered per VM. The one
    /// that a plugin ended the daemon in says so, by the calls that were under way then.
    void close_unfinished(const std::vector<plugin::CutCall>& calls,
                          const plugin::Quarantine& quarantine);
    /// The first and the last word of an operation. A record that cannot be written (a full disk)
    /// is told in the log, and the operation goes on.
    void save(const vm::Operation& operation);

  private:
    store::Database& database_;
    spdlog::logger& log_;
};

} // namespace banger::daemon
