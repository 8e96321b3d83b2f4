#include "support/mount_namespace.hpp"

#include "os/file.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace banger::test {
namespace {

constexpr const char* cgroups = "/sys/fs/cgroup";
constexpr const char* try_out = "/sys/fs/cgroup/banger-try-out";

std::string failed(const char* what) {
    return std::string(what) + ": " + std::strerror(errno);
}

} // namespace

MountNamespace::MountNamespace() {
    if (::geteuid() != 0) {
        reason_ = "needs root for a mount namespace";
        return;
    }
    before_ = os::open_file("/proc/thread-self/ns/mnt", O_RDONLY);
    folder_ = os::open_file(".", O_PATH | O_DIRECTORY);
    reason_ = enter();
}

std::string MountNamespace::enter() {
    if (::unshare(CLONE_NEWNS) != 0) {
        return failed("no mount namespace here");
    }
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("run", "/run", "tmpfs", 0, "mode=0755") != 0) {
        return failed("no file system can be mounted here");
    }
    struct statfs info {};
    if (::statfs(cgroups, &info) != 0 || info.f_type != CGROUP2_SUPER_MAGIC) {
        if (::mount("cgroup2", cgroups, "cgroup2", 0, nullptr) != 0) {
            return failed("no cgroups of version 2 here");
        }
    }
    turn_ = os::open_file(cgroups, O_RDONLY | O_DIRECTORY);
    if (::flock(turn_.get(), LOCK_EX) != 0) {
        return failed("no turn at the cgroups");
    }
    if (::mkdir(try_out, 0755) != 0 || ::rmdir(try_out) != 0) {
        return failed("no cgroup can be made here");
    }
    return {};
}

MountNamespace::~MountNamespace() {
    if (before_ && (::setns(before_.get(), CLONE_NEWNS) != 0 || ::fchdir(folder_.get()) != 0)) {
        ::_exit(70); // the rest of the tests would see other files
    }
}

} // namespace banger::test
