#include "privileged/jail_root.hpp"

#include "os/error.hpp"
#include "os/file.hpp"

#include <string>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

namespace banger::privileged {
namespace fs = std::filesystem;

namespace {

/// The jailer's copy of Firecracker is all that it holds, which may be one with debug information.
constexpr const char* size_limit = "mode=0755,size=128m,nr_inodes=1024";

void make_folder(const fs::path& path, mode_t mode) {
    if (::mkdir(path.c_str(), mode) != 0) {
        throw os::errno_error("make " + path.string());
    }
}

void make_parents(const fs::path& base, const fs::path& root) {
    fs::path at = base;
    for (const fs::path& part : root.lexically_relative(base)) {
        at /= part;
        make_folder(at, 0755);
    }
}

} // namespace

fs::path jail_root_of(const fs::path& base, const fs::path& firecracker, const std::string& vm) {
    return base / firecracker.filename() / vm / "root";
}

os::UniqueFd make_jail_root(const fs::path& base, const fs::path& root,
                            const std::vector<os::UniqueFd>& mounts) {
    if (::unshare(CLONE_NEWNS) != 0) {
        throw os::errno_error("make a mount namespace");
    }
    // A file system that is unmounted outside goes here as well; nothing of ours gets outside.
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0) {
        throw os::errno_error("part from the mounts of this machine");
    }
    if (::mount("banger-jail", base.c_str(), "tmpfs", MS_NOSUID, size_limit) != 0) {
        throw os::errno_error("mount the jail's root at " + base.string());
    }
    const mode_t mask = ::umask(0);
    make_parents(base, root);
    make_folder(root / "files", 0755);
    for (std::size_t i = 0; i < mounts.size(); ++i) {
        const fs::path target = root / "files" / std::to_string(i);
        (void)os::open_file(target, O_WRONLY | O_CREAT | O_EXCL, 0600);
        if (::move_mount(mounts[i].get(), "", AT_FDCWD, target.c_str(), MOVE_MOUNT_F_EMPTY_PATH) !=
            0) {
            throw os::errno_error("mount a file of the jail at " + target.string());
        }
    }
    make_folder(root / "vm", 0777);
    if (::mkfifo((root / "vm" / "vmm.log").c_str(), 0666) != 0) {
        throw os::errno_error("make the FIFO for the VMM's log");
    }
    ::umask(mask);
    return os::open_file(root / "vm", O_PATH | O_DIRECTORY);
}

} // namespace banger::privileged
