#include "vmm/vhost_vsock.hpp"

#include "os/unique_fd.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>

namespace banger::vmm {
namespace {

/// systemd's udev rules give the device to the group kvm (50-udev-default.rules). A machine without
/// them may have it for root alone.
std::string permission_fix(const std::filesystem::path& device) {
    struct stat info {};
    if (::stat(device.c_str(), &info) != 0 || (info.st_mode & S_IRGRP) == 0 ||
        (info.st_mode & S_IWGRP) == 0 || info.st_gid == 0) {
        return "sudo setfacl -m u:$USER:rw " + device.string();
    }
    group entry{};
    group* owner = nullptr;
    std::array<char, 4096> text{};
    (void)::getgrgid_r(info.st_gid, &entry, text.data(), text.size(), &owner);
    return "sudo usermod -aG " +
           (owner != nullptr ? std::string(owner->gr_name) : std::to_string(info.st_gid)) +
           " $USER, then log in again";
}

} // namespace

VhostVsock probe_vhost_vsock(const std::filesystem::path& device) {
    const std::string name = device.string();
    const os::UniqueFd fd(::open(device.c_str(), O_RDWR | O_CLOEXEC));
    const int code = errno;
    if (fd) {
        return {true, name, {}, {}};
    }
    switch (code) {
    case ENOENT:
        return {false, name, "there is no " + name, "sudo modprobe vhost_vsock"};
    case ENODEV: // a static node whose module cannot be loaded
    case ENXIO:
        return {false, name, name + " has no driver in this kernel", "sudo modprobe vhost_vsock"};
    case EACCES:
    case EPERM:
        return {false, name, name + " may not be used by this user", permission_fix(device)};
    default:
        return {false, name, name + ": " + std::strerror(code), {}};
    }
}

} // namespace banger::vmm
