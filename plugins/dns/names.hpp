#pragma once

#include "zone.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace dns {

/// What one VM is called, and where it is.
struct VmNames {
    std::string name;                 ///< "web"
    std::string address;              ///< "172.30.88.7", the VM's for life
    bool running = false;             ///< else its names exist without an address
    std::vector<std::string> aliases; ///< below the domain: "api", "api.web"
    [[nodiscard]] std::vector<std::string> labels() const; ///< its name, then its aliases
    bool operator==(const VmNames& other) const {
        return name == other.name && address == other.address && running == other.running &&
               aliases == other.aliases;
    }
};

/// The names of all VMs, and the zone that is made of them: each change is in the next snapshot,
/// which is made when somebody asks for it, so many changes at once cost one. Any thread.
class Names {
  public:
    /// `gateway`, the bridge's address, is "host" below the domain unless a VM is called so.
    Names(std::string domain, Network network, std::string gateway);

    /// Throws Error: E_INVALID for an alias that is no name, E_CONFLICT when one of the names is
    /// another VM's, with that VM in the text. Then nothing has changed.
    void put(const std::string& vm, const VmNames& names);
    /// Throws as put() would for these names, and changes nothing. `vm` is empty for one that is
    /// not made yet; no address is needed.
    void refuse_clash(const std::string& vm, const VmNames& names) const;
    /// As put(), for a VM that has none yet; false when it has.
    bool put_if_absent(const std::string& vm, const VmNames& names);
    /// They have no address any more. One that is not there is fine, here and below.
    void set_stopped(const std::string& vm);
    void erase(const std::string& vm);
    /// Throws E_INVALID for an alias that is no name, or is this machine's ("host").
    static void check(const std::vector<std::string>& aliases);

    [[nodiscard]] std::shared_ptr<const Zone> zone() const;
    [[nodiscard]] std::map<std::string, VmNames> all() const; ///< by VM id
    [[nodiscard]] std::optional<VmNames> find(const std::string& vm) const;
    [[nodiscard]] bool any_running() const;
    [[nodiscard]] const std::string& domain() const { return domain_; }

  private:
    struct Entry {
        VmNames names;
        std::vector<std::string> wires; ///< the VM's own name, then its aliases
        std::shared_ptr<const Record> a, ptr;
        std::uint32_t address = 0;
    };
    [[nodiscard]] std::vector<std::string> wires_of(const VmNames& names) const;
    [[nodiscard]] Entry make(const VmNames& names) const;
    void refuse_taken(const std::string& vm, const Entry& wanted) const;
    void replace(const std::string& vm, const VmNames& names); ///< with the lock, as below
    [[nodiscard]] std::shared_ptr<const Zone> make_zone() const;

    const std::string domain_;
    const Network network_;
    const std::string gateway_;
    std::shared_ptr<const Record> host_a_, host_ptr_;
    mutable std::mutex mutex_;
    std::map<std::string, Entry> entries_;
    std::map<std::string, std::string> owners_; ///< VM id by name in wire form
    mutable std::shared_ptr<const Zone> zone_;  ///< null since the last change
};

/// In lower case, as names are the same whatever their case.
[[nodiscard]] std::vector<std::string> once_each(const std::vector<std::string>& aliases);
/// "172.30.88.7" as a number; throws Error(E_INVALID).
[[nodiscard]] std::uint32_t parse_address(const std::string& text);
/// "172.30.88.0/24"; throws Error(E_INVALID).
[[nodiscard]] Network parse_network(const std::string& text);

} // namespace dns
