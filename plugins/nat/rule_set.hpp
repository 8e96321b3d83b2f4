#pragma once

#include "egress.hpp"
#include "port.hpp"

#include <banger/cpp/settler.hpp>

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace nat {

/// What one running VM is to have.
struct VmRules {
    std::string name, address;
    bool nat = false;
    Egress egress;
    std::vector<Port> ports;
    bool operator==(const VmRules& other) const {
        return name == other.name && address == other.address && nat == other.nat &&
               egress == other.egress && ports == other.ports;
    }
};

/// What the packet filter is to be for all running VMs, and the one way to make it so. Any thread.
class RuleSet {
  public:
    using Rules = std::map<std::string, VmRules>; ///< by VM id
    /// Makes the host's filter exactly this; throws when it cannot.
    using Apply = std::function<void(const Rules&)>;

    /// Only remembers. Throws E_CONFLICT when another VM has a port of these already.
    void put(const std::string& vm, VmRules rules);
    /// Throws as put() would, and remembers nothing.
    void refuse_clash(const std::string& vm, const std::vector<Port>& ports) const;
    void erase(const std::string& vm);
    [[nodiscard]] std::optional<VmRules> find(const std::string& vm) const;
    [[nodiscard]] Rules all() const;
    /// The names that some VM is allowed to reach.
    [[nodiscard]] std::set<std::string> names() const;

    /// Something outside of the rules changed (an address of a name): the next settle() applies.
    void touch();
    /// Returns when the host has everything that was put or erased before this call.
    void settle(const Apply& apply);

  private:
    void refuse(const std::string& vm, const std::vector<Port>& ports) const; ///< with the lock

    banger::Settler settler_;
    Rules rules_; ///< guarded by settler_
};

} // namespace nat
