#pragma once

#include "vm/machine.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace banger::store {
class Database;
}

namespace banger::vm {

class Events;

/// Every VM there is, in memory and in the store. [loop]
class Machines {
  public:
    Machines(boost::asio::io_context& loop, store::Database& database, const Settings& settings,
             Events& events);

    /// Reads what the store holds, for the start of the daemon.
    void load();

    [[nodiscard]] std::vector<std::shared_ptr<Machine>> list() const; ///< by name
    [[nodiscard]] std::vector<std::string> running() const;           ///< names of those with a VMM
    [[nodiscard]] std::shared_ptr<Machine> find(std::string_view name) const;
    [[nodiscard]] std::shared_ptr<Machine> find_id(std::string_view id) const;
    /// Throws not_found, with the nearest name as the hint.
    [[nodiscard]] std::shared_ptr<Machine> get(std::string_view name) const;

    /// Throws conflict, with who has it.
    void require_free(std::string_view name) const;
    /// Throws exhausted when a new VM would get no address.
    void require_address() const { static_cast<void>(free_address()); }
    /// A new VM with a lease on the lowest free address, both durable. Throws conflict when the
    /// name is taken, exhausted when no address is free.
    std::shared_ptr<Machine> insert(store::VmRow row);
    /// Gives the VM another context id than it has, which no other VM has; durable. It is the VM's
    /// until erase(), as its address is.
    void new_cid(Machine& machine);
    void save(const Machine& machine);
    /// Notifies, publishes vm.state and saves. The state is true at once, also where this throws
    /// because the record cannot be kept (a full disk).
    void set_state(Machine& machine, State state);
    void erase(Machine& machine); ///< record and lease

  private:
    [[nodiscard]] std::string free_address() const;

    boost::asio::io_context& loop_;
    store::Database& database_;
    const Settings& settings_;
    Events& events_;
    std::map<std::string, std::shared_ptr<Machine>, std::less<>> by_name_;
};

} // namespace banger::vm
