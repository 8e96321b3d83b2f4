#pragma once

#include "vm/guest_config_check.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace banger::vm {

struct Drive {
    std::string id;   ///< serial in the guest
    std::string path; ///< on the host; the host's own are relative to the VM's folder
    bool read_only = false;
    bool operator==(const Drive&) const = default;
};

struct Nic {
    std::string id;
    std::string tap;
    std::string mac;
    std::uint32_t mtu = 1500;
    bool operator==(const Nic&) const = default;
};

struct GuestFile {
    std::string path; ///< absolute in the guest, normalised, no ".."
    std::uint32_t mode = 0644;
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::string data;
    bool operator==(const GuestFile&) const = default;
};

/// The structured configuration of one guest, put together by the host and the plugins. Every field
/// has one owner: a second, different value for it is a conflict that names both, unless the
/// configuration lets that plugin override. Frozen, it is what the VMM and the guest get.
class GuestConfig {
  public:
    /// May `owner` take `field` ("file:/etc/resolv.conf") from another owner?
    using AllowOverride = std::function<bool(std::string_view owner, std::string_view field)>;

    explicit GuestConfig(AllowOverride allow = {});
    ~GuestConfig();
    GuestConfig(GuestConfig&&) noexcept;
    GuestConfig& operator=(GuestConfig&&) noexcept;
    [[nodiscard]] GuestConfig copy() const;

    // Each throws Error: invalid (bad value), exhausted (over a limit), conflict (another owner, or
    // one file, tap or address twice), or when it is frozen.
    void kernel_arg(std::string_view owner, const std::string& key, const std::string& value,
                    bool override_owner = false);
    void drive(std::string_view owner, Drive drive, bool override_owner = false);
    void nic(std::string_view owner, Nic nic, bool override_owner = false);
    void file(std::string_view owner, GuestFile file, bool override_owner = false);
    /// A top-level member of guest.json that only the host sets ("hostname", "network", ...).
    void guest(std::string_view owner, const std::string& key, nlohmann::json value);

    /// Checks the whole (length of the command line, files together, one below another); after it
    /// nothing can change.
    void freeze();

    [[nodiscard]] std::vector<std::string> kernel_args() const; ///< "key=value" or "key", in order
    [[nodiscard]] std::vector<Drive> drives() const;            ///< in the order they were given
    [[nodiscard]] std::vector<Nic> nics() const;
    /// Of a field ("drive:data") that there is.
    [[nodiscard]] const std::string& owner_of(const std::string& field) const;
    /// The document that runtime/guest applies in the guest (its format: docs/guest-config.md).
    [[nodiscard]] nlohmann::json guest_json() const;
    /// Everything with the owner of each field; file contents are left out. For validate() and
    /// show.
    [[nodiscard]] nlohmann::json merged_json() const;

  private:
    struct State;
    State& writable();
    bool take(std::string_view owner, const std::string& field, bool same, bool exists,
              bool override_owner);
    void require_single(std::string_view owner, const Drive& drive) const;
    void require_single(std::string_view owner, const Nic& nic) const;
    void require_device(std::string_view owner, const char* what, const std::string& id) const;
    std::unique_ptr<State> state_;
};

} // namespace banger::vm
