#pragma once

#include "guest_set.hpp"

#include <banger/plugin.hpp>

#include <mutex>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace tap_pool {

/// The nft table that holds each running VM to its own addresses, and lets nothing in at a tap that
/// no running VM has. It is there while a VM runs. Any thread.
class Guard {
  public:
    Guard(banger::Host host, bool vm_to_vm);

    /// Only remembered until settle(). Throws E_NOT_FOUND for a VM without an address.
    void put(banger::Call& call, const banger::Vm& vm, const std::string& tap);
    void erase(const std::string& vm_id) { guests_.erase(vm_id); }
    /// Makes the host's table so; throws when it cannot.
    void settle(banger::Call& call);
    /// The same, whatever was applied before: somebody else may have changed the table.
    void renew(banger::Call& call) {
        guests_.touch();
        settle(call);
    }
    /// settle(), where a table is needed at all and does not hold each of these taps yet.
    void cover(banger::Call& call, const std::vector<std::string>& taps);
    /// settle(), where a failure holds nobody up: what is left lets in less than it could, it is
    /// made good by the next settle(), and listed as stray until then.
    void relax(banger::Call& call);

    /// The host's table holds this tap: without a guest's entry nothing comes in at it.
    [[nodiscard]] bool covers(const std::string& tap) const;
    [[nodiscard]] GuestSet::Guests guests() const { return guests_.all(); }
    [[nodiscard]] std::string table_name(banger::Call& call) const;
    [[nodiscard]] bool vm_to_vm() const noexcept { return vm_to_vm_; }
    /// There is a table, or may be.
    [[nodiscard]] bool stands(banger::Call& call) const;

    /// What `guard-show` answers.
    [[nodiscard]] nlohmann::json show(banger::Call& call) const;
    /// Of this banger or another one of the user. One that running VMs need is made anew instead.
    void remove_table(banger::Call& call, const std::string& tag);

  private:
    void apply(banger::Call& call, const GuestSet::Guests& guests);
    void note(std::set<std::string> covered);
    nlohmann::json run(banger::Call& call, std::string_view verb,
                       const nlohmann::json& arguments) const;

    banger::Host host_;
    std::string tag_;
    bool vm_to_vm_;
    GuestSet guests_;
    mutable std::mutex mutex_;
    std::set<std::string> covered_; ///< by the table as it was applied last
};

} // namespace tap_pool
