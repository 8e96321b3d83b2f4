#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace banger::store {

class Database;

/// What is kept of one VM. Times are Unix milliseconds; the fields named JSON hold JSON text.
struct VmRow {
    std::string id; ///< 12 hex digits
    std::string name;
    std::string state;
    std::string image;
    std::int64_t vcpus = 1;
    std::int64_t memory_mib = 0;
    std::int64_t disk_mib = 0;
    std::int64_t work_disk_mib = 0;
    std::string disk_mode;
    std::string vmm;
    std::string accel;
    std::string ip;
    std::string mac;
    std::int64_t cid = 0;       ///< of AF_VSOCK, reserved as long as this row is; 0: none yet
    std::string options = "{}"; ///< JSON object: plugin -> option -> value
    std::int64_t created_at = 0;
    std::optional<std::int64_t> started_at;
    std::optional<std::int64_t> ready_at;
    std::optional<std::string> exit; ///< JSON object: cause, reason, code, signal, ...
    std::string timings = "[]";      ///< JSON array of {stage, ms}
    std::string warnings = "[]";     ///< JSON array of texts
    std::string process = "{}";      ///< JSON object: pids, start times, boot id
    std::optional<std::string> last_operation;
    std::string autostart = "off";   ///< when its host comes up: "on", "off", "last" (as it was)
    std::int64_t idle_stop_s = 0;    ///< stopped after so long without anything done; 0: never
    std::int64_t max_lifetime_s = 0; ///< stopped so long after its start; 0: never

    std::int64_t lived_ms = 0; ///< of its lifetime before its VMM began: it rebooted

    // What it may move in a second; 0: no limit.
    std::int64_t disk_bytes_per_s = 0; ///< of each disk
    std::int64_t disk_ops_per_s = 0;
    std::int64_t network_bytes_per_s = 0; ///< of each card, in each direction

    bool operator==(const VmRow&) const = default;
};

class VmTable {
  public:
    explicit VmTable(Database& database) : database_(database) {}

    void insert(const VmRow& row);    ///< throws conflict when the id, name or cid is taken
    void update(const VmRow& row);    ///< every field, by id; throws not_found
    bool remove(std::string_view id); ///< with its lease; false when there was none

    [[nodiscard]] std::optional<VmRow> find(std::string_view id) const;
    [[nodiscard]] std::optional<VmRow> find_by_name(std::string_view name) const;
    [[nodiscard]] std::optional<VmRow> find_by_cid(std::int64_t cid) const;
    [[nodiscard]] std::vector<VmRow> list() const; ///< by name

  private:
    Database& database_;
};

} // namespace banger::store
