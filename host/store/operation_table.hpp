#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace banger::store {

class Database;

/// What is kept of one operation. Times are Unix milliseconds; the fields named JSON hold JSON.
struct OperationRow {
    std::string id;
    std::string kind;
    std::string target;
    std::string state; ///< queued, running, cancelling, succeeded, failed, cancelled
    std::string stage;
    std::int64_t percent = 0;
    std::string stages = "[]";         ///< JSON array of {name, started_at, ended_at, ms}
    std::string log = "[]";            ///< JSON array of {at, level, text}
    std::string privileged = "[]";     ///< JSON array of {at, command, ok, ms}
    std::optional<std::string> error;  ///< JSON object
    std::optional<std::string> result; ///< JSON
    std::int64_t created_at = 0;
    std::optional<std::int64_t> ended_at; ///< set means that it is over
    std::string initiator;                ///< who asked for it; empty: not known

    bool operator==(const OperationRow&) const = default;
};

/// Keeps every operation that is not over and the newest `kept` of the others.
class OperationTable {
  public:
    static constexpr std::int64_t kept = 500;
    explicit OperationTable(Database& database) : database_(database) {}

    /// New, or the newer word on the one with that id. Older ones are pruned with a new one.
    void save(const OperationRow& row);

    [[nodiscard]] std::optional<OperationRow> find(std::string_view id) const;
    /// Newest first; an empty state is any.
    [[nodiscard]] std::vector<OperationRow> list(std::int64_t limit,
                                                 std::string_view state = {}) const;
    /// Those that a daemon left when it ended, oldest first.
    [[nodiscard]] std::vector<OperationRow> unfinished() const;

  private:
    Database& database_;
};

} // namespace banger::store
