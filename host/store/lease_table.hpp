#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace banger::store {

class Database;

struct Lease {
    std::string address;
    std::string vm_id;
    bool operator==(const Lease&) const = default;
};

/// Which VM has which address, for its life: one address per VM, one VM per address.
/// A lease needs its VM's row: write both in one Transaction. Removing the VM ends the lease.
class LeaseTable {
  public:
    explicit LeaseTable(Database& database) : database_(database) {}

    void acquire(std::string_view address, std::string_view vm_id); ///< throws conflict

    [[nodiscard]] std::optional<std::string> address_of(std::string_view vm_id) const;
    [[nodiscard]] std::optional<std::string> owner_of(std::string_view address) const;
    [[nodiscard]] std::vector<Lease> list() const;

  private:
    Database& database_;
};

} // namespace banger::store
