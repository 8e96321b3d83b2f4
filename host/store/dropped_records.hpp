#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace banger::store {

class Database;

/// A record of the undo journal that was given up while it was open: what it stood for may still
/// be on the host, and nobody is asked for it again.
struct DroppedRecord {
    std::int64_t seq = 0;
    std::string vm_id, vm_name;
    std::string plugin, hook;
    std::string error;                ///< of its last undo; empty when none was tried
    std::vector<std::string> objects; ///< what the plugin said it holds for the VM: "tap bgr0a1"
    std::int64_t at_ms = 0;
};

/// They are remembered until somebody has looked after them. [one thread at a time]
class DroppedRecords {
  public:
    explicit DroppedRecords(Database& database) : database_(database) {}

    void add(const DroppedRecord& record);
    [[nodiscard]] std::vector<DroppedRecord> list() const; ///< oldest first
    void remove(std::int64_t seq);

  private:
    Database& database_;
};

} // namespace banger::store
