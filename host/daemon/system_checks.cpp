#include "daemon/system_checks.hpp"

#include "os/free_space.hpp"
#include "os/unique_fd.hpp"
#include "vmm/device_remedy.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

#include <fcntl.h>
#include <linux/fs.h>
#include <linux/kvm.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace banger::daemon {
namespace {

namespace fs = std::filesystem;

/// Whether a VM runs on it is the VMM's probe to find out.
Check kvm_check() {
    const os::UniqueFd kvm(::open("/dev/kvm", O_RDWR | O_CLOEXEC));
    if (!kvm) {
        return {"kvm",
                "warning",
                vmm::kvm_obstacle(),
                "VMs are emulated, which is slower",
                vmm::kvm_remedy(),
                ""};
    }
    const int version = ::ioctl(kvm.get(), KVM_GET_API_VERSION, 0);
    const int vcpus = ::ioctl(kvm.get(), KVM_CHECK_EXTENSION, KVM_CAP_NR_VCPUS);
    return {"kvm",
            "ok",
            "/dev/kvm can be used (API " + std::to_string(version) + ", " + std::to_string(vcpus) +
                " vCPUs recommended at most)",
            "",
            "",
            ""};
}

Check cgroup_check() {
    struct statfs info {};
    const bool unified = ::statfs("/sys/fs/cgroup", &info) == 0 &&
                         static_cast<unsigned long>(info.f_type) == CGROUP2_SUPER_MAGIC;
    return {"cgroup",
            unified ? "ok" : "info",
            unified ? "cgroups are version 2" : "cgroups are not version 2",
            unified ? "" : "VMs run without it; limits of their processes would need it",
            "",
            ""};
}

std::string space_text(std::uint64_t mib) {
    return mib < 10240 ? std::to_string(mib) + " MiB" : std::to_string(mib / 1024) + " GiB";
}

Check space_check(const fs::path& folder) {
    const auto bytes = os::free_space(folder);
    if (!bytes) {
        return {"space",
                "error",
                "the data folder cannot be read",
                folder.string() + ": " + std::strerror(errno),
                "",
                ""};
    }
    const std::uint64_t free = *bytes >> 20U;
    const bool little = free < 1024;
    return {"space",
            little ? "warning" : "ok",
            space_text(free) + " free for disks of VMs",
            little ? "VMs will see write errors when it runs out" : "",
            little ? "free some space on that file system" : "",
            ""};
}

/// Whether a file there can share another one's blocks (ioctl_ficlone(2)); nothing when that cannot
/// be tried. Both files have no name and go by themselves.
std::optional<bool> shares_blocks(const fs::path& folder) {
    const os::UniqueFd from(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    const os::UniqueFd to(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    const std::array<char, 4096> block{};
    if (!from || !to || ::write(from.get(), block.data(), block.size()) < 0) {
        return std::nullopt;
    }
    return ::ioctl(to.get(), FICLONE, from.get()) == 0;
}

std::optional<Check> reflink_check(const fs::path& folder) {
    const auto shares = shares_blocks(folder);
    if (!shares) {
        return std::nullopt; // no room, or not ours to write: told elsewhere
    }
    return Check{"reflink",
                 *shares ? "ok" : "info",
                 *shares ? "disks are cloned by sharing blocks (reflink)"
                         : "disks are cloned by copying what is in them",
                 *shares ? ""
                         : "the file system of " + folder.string() +
                               " has no reflink; Btrfs and XFS do",
                 "",
                 ""};
}

} // namespace

std::vector<Check> system_checks(const fs::path& data_folder) {
    fs::path folder = data_folder;
    std::error_code code;
    while (!fs::exists(folder, code) && !code && folder.has_relative_path()) {
        folder = folder.parent_path(); // the first daemon makes the rest
    }
    std::vector<Check> checks{kvm_check(), cgroup_check(), space_check(folder)};
    if (auto reflink = reflink_check(folder)) {
        checks.push_back(std::move(*reflink));
    }
    return checks;
}

} // namespace banger::daemon
