#pragma once

#include "call.hpp"

namespace banger {
inline namespace sdk_1_0 {

/// What contribute() fills in. Each function throws when the host refuses the field; the host's
/// text (naming the other owner, say) is kept.
class GuestConfig {
  public:
    explicit GuestConfig(banger_gcb* raw)
        : raw_(raw), ops_(Host(host_slot()).get<banger_guest_config_ops>(BANGER_EXT_GUEST_CONFIG)) {
    }

    void kernel_arg(std::string_view key, std::string_view value, std::uint32_t flags = 0) {
        checked(ops_.kernel_arg(raw_, str(key), str(value), flags));
    }
    void drive(std::string_view id, std::string_view host_path, bool read_only,
               std::uint32_t flags = 0) {
        banger_drive drive{};
        drive.struct_size = sizeof drive;
        drive.flags = read_only ? BANGER_DRIVE_READ_ONLY : 0;
        drive.id = str(id);
        drive.host_path = str(host_path);
        checked(ops_.drive(raw_, &drive, flags));
    }
    void nic(std::string_view id, std::string_view tap, std::string_view mac, std::uint32_t mtu,
             std::uint32_t flags = 0) {
        banger_nic nic{};
        nic.struct_size = sizeof nic;
        nic.id = str(id);
        nic.tap = str(tap);
        nic.mac = str(mac);
        nic.mtu = mtu;
        checked(ops_.nic(raw_, &nic, flags));
    }
    void file(std::string_view guest_path, std::string_view data, std::uint32_t mode = 0644,
              std::uint32_t flags = 0, std::uint32_t uid = 0, std::uint32_t gid = 0) {
        banger_file file{};
        file.struct_size = sizeof file;
        file.mode = mode;
        file.uid = uid;
        file.gid = gid;
        file.guest_path = str(guest_path);
        file.data = str(data);
        checked(ops_.file(raw_, &file, flags));
    }

  private:
    banger_gcb* raw_;
    const banger_guest_config_ops& ops_;
};

} // namespace sdk_1_0
} // namespace banger
