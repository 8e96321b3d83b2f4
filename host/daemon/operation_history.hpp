#pragma once

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

    /// Those that the last daemon did not end are over: what they left is recovered per VM.
    void close_unfinished();
    /// The first and the last word of an operation. A record that cannot be written (a full disk)
    /// is told in the log, and the operation goes on.
    void save(const vm::Operation& operation);

  private:
    store::Database& database_;
    spdlog::logger& log_;
};

} // namespace banger::daemon
