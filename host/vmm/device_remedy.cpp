#include "vmm/device_remedy.hpp"

#include "os/file.hpp"
#include "os/unique_fd.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <vector>

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace banger::vmm {
namespace {

constexpr const char* kvm_device = "/dev/kvm";
constexpr const char* from_next_login = ", then log in again and run banger daemon restart";

using Groups = std::vector<gid_t>;

bool contains(const Groups& groups, gid_t group) {
    return std::find(groups.begin(), groups.end(), group) != groups.end();
}

Groups groups_of_process() {
    Groups groups(static_cast<std::size_t>(std::max(::getgroups(0, nullptr), 0)));
    const int count = ::getgroups(static_cast<int>(groups.size()), groups.data());
    groups.resize(static_cast<std::size_t>(std::max(count, 0)));
    groups.push_back(::getegid());
    return groups;
}

/// As the next login has them.
Groups groups_of_user() {
    passwd entry{};
    passwd* user = nullptr;
    std::array<char, 4096> text{};
    if (::getpwuid_r(::getuid(), &entry, text.data(), text.size(), &user) != 0 || user == nullptr) {
        return {};
    }
    Groups groups(256);
    int count = static_cast<int>(groups.size());
    if (::getgrouplist(user->pw_name, user->pw_gid, groups.data(), &count) < 0) {
        return {};
    }
    groups.resize(static_cast<std::size_t>(count));
    return groups;
}

std::string group_name(gid_t id) {
    group entry{};
    group* found = nullptr;
    std::array<char, 4096> text{};
    (void)::getgrgid_r(id, &entry, text.data(), text.size(), &found);
    return found != nullptr ? found->gr_name : "";
}

std::optional<gid_t> group_id(const char* name) {
    group entry{};
    group* found = nullptr;
    std::array<char, 4096> text{};
    (void)::getgrnam_r(name, &entry, text.data(), text.size(), &found);
    return found != nullptr ? std::optional(found->gr_gid) : std::nullopt;
}

/// 0 when /dev/kvm can be opened, else errno.
int try_kvm_device() {
    const os::UniqueFd kvm(::open(kvm_device, O_RDWR | O_CLOEXEC));
    return kvm ? 0 : errno;
}

bool is_denied(int code) {
    return code == EACCES || code == EPERM;
}

} // namespace

std::string access_remedy(const DeviceRights& rights) {
    const std::string name = rights.device.string();
    const auto has = [&](mode_t bits) { return (rights.mode & bits) == bits; };
    if (has(rights.own ? 0600 : rights.member ? 0060 : 0006)) { // so something else is in the way
        return "allow " + name + " to the container that this runs in";
    }
    if (rights.own) {
        return "chmod u+rw " + name;
    }
    if (has(0060) && !rights.group.empty() && rights.group != "root") {
        return rights.listed ? "log in again and run banger daemon restart: you are in the group " +
                                   rights.group + " from then on"
                             : "sudo usermod -aG " + rights.group + " $USER" + from_next_login;
    }
    if (!rights.kvm_group) { // until the next boot
        return "sudo chown $USER " + name + " && sudo chmod u+rw " + name;
    }
    return "sudo chgrp kvm " + name + " && sudo chmod 0660 " + name +
           (rights.kvm_member ? ""
                              : std::string(" && sudo usermod -aG kvm $USER") + from_next_login);
}

std::string access_remedy(const std::filesystem::path& device) {
    struct stat info {};
    if (::stat(device.c_str(), &info) != 0) {
        return {};
    }
    const Groups groups = groups_of_process();
    const auto kvm = group_id("kvm");
    DeviceRights rights;
    rights.device = device;
    rights.mode = info.st_mode;
    rights.own = info.st_uid == ::geteuid();
    rights.group = group_name(info.st_gid);
    rights.member = contains(groups, info.st_gid);
    rights.listed = contains(groups_of_user(), info.st_gid);
    rights.kvm_group = kvm.has_value();
    rights.kvm_member = kvm && contains(groups, *kvm);
    return access_remedy(rights);
}

std::string module_remedy(std::string_view cpuinfo) {
    // One more space, as a word may end the line.
    const auto flags = cpuinfo.find("flags");
    const std::string line =
        flags == std::string_view::npos
            ? ""
            : std::string(cpuinfo.substr(flags, cpuinfo.find('\n', flags) - flags)) + " ";
    for (const auto& [flag, module] :
         {std::pair{" vmx ", "kvm_intel"}, std::pair{" svm ", "kvm_amd"}}) {
        if (line.find(flag) != std::string::npos) {
            return std::string("sudo modprobe ") + module +
                   "; where that fails, the kernel's log says why";
        }
    }
    return "switch virtualisation on in the firmware or, if this is a VM, nesting in its host";
}

std::string kvm_obstacle() {
    const int code = try_kvm_device();
    return code == 0         ? ""
           : code == ENOENT  ? "there is no /dev/kvm"
           : is_denied(code) ? "/dev/kvm may not be used by this user"
                             : std::string("/dev/kvm: ") + std::strerror(code);
}

std::string kvm_remedy() {
    const int code = try_kvm_device();
    return code == 0         ? ""
           : is_denied(code) ? access_remedy(std::filesystem::path(kvm_device))
                             : module_remedy(os::find_file("/proc/cpuinfo").value_or(""));
}

} // namespace banger::vmm
