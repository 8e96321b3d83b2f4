#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace banger::vmm {

/// Who may open a device, and what this process is to it.
struct DeviceRights {
    std::filesystem::path device;
    mode_t mode = 0;
    bool own = false;       ///< it is this user's
    std::string group;      ///< its group's name; empty when that has none
    bool member = false;    ///< this process is in its group
    bool listed = false;    ///< this user is, from the next login on
    bool kvm_group = false; ///< this machine has a group kvm
    bool kvm_member = false;
};

/// The command by which this user may open it.
[[nodiscard]] std::string access_remedy(const DeviceRights& rights);
/// The same of a device as it is now.
[[nodiscard]] std::string access_remedy(const std::filesystem::path& device);

/// What brings /dev/kvm to a machine whose processor is this one (the text of /proc/cpuinfo).
[[nodiscard]] std::string module_remedy(std::string_view cpuinfo);

/// What keeps this user from opening /dev/kvm, in the words of the probe; empty when nothing does.
[[nodiscard]] std::string kvm_obstacle();
/// What helps against it; empty when nothing is needed.
[[nodiscard]] std::string kvm_remedy();

} // namespace banger::vmm
