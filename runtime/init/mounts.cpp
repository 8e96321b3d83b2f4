#include "init/mounts.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <memory>

#include "guest/failure.hpp"
#include "guest/fd.hpp"
#include "init/superblock.hpp"

namespace banger::init {
namespace {

// From the kernel's fs/ext4/ext4.h; the header is not exported to user space.
constexpr unsigned long ext4_ioc_resize_fs = _IOW('f', 16, __u64);

const std::string root_path = new_root;

void make_dir(const std::string& path, mode_t mode = 0755) {
    if (::mkdir(path.c_str(), mode) != 0 && errno != EEXIST)
        guest::fail_errno("make directory " + path);
}

void mount_one(const std::string& source, const std::string& target, const char* type,
               unsigned long flags, const std::string& options = {}) {
    if (::mount(source.c_str(), target.c_str(), type, flags, options.c_str()) != 0)
        guest::fail_errno("mount " + source + " (" + type + ") on " + target);
}

/// Online and cheap; a disk that the host made larger is used in full from this start on.
std::string grow_to_disk(const std::string& node, const std::string& mounted) {
    guest::Fd device(::open(node.c_str(), O_RDONLY | O_CLOEXEC));
    std::uint64_t bytes = 0;
    auto superblock = read_superblock(node);
    if (!device || !superblock || ::ioctl(device.get(), BLKGETSIZE64, &bytes) != 0)
        return {};
    std::uint64_t blocks = bytes / superblock->block_size;
    if (blocks <= superblock->blocks)
        return {};
    guest::Fd top(::open(mounted.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (top && ::ioctl(top.get(), ext4_ioc_resize_fs, &blocks) == 0)
        return {};
    // A tail too small for a block group stays unused; that is no fault.
    if (errno == EINVAL && blocks - superblock->blocks < 256)
        return {};
    return "grow the file system on " + node + ": " + std::strerror(errno);
}

/// noatime: reads in a guest write nothing. discard: what the guest deletes leaves the disk's file
/// on the host. An ext4 that was not unmounted cleanly is recovered by its journal here.
void mount_disk(const Disk& disk, const std::string& target, std::vector<std::string>& warnings) {
    make_dir(target);
    mount_one(disk.node, target, "ext4", MS_NOATIME, disk.discards ? "discard" : "");
    if (auto warning = grow_to_disk(disk.node, target); !warning.empty())
        warnings.push_back(warning);
}

void mount_work(const Disk& work, std::vector<std::string>& warnings) {
    mount_disk(work, root_path + "/root", warnings);
}

/// Removes everything of one file system below an open directory; other file systems are not
/// entered.
void empty_directory(int dir_fd, dev_t device) {
    std::unique_ptr<DIR, int (*)(DIR*)> dir(::fdopendir(dir_fd), ::closedir);
    while (const dirent* entry = dir ? ::readdir(dir.get()) : nullptr) {
        if (std::strcmp(entry->d_name, ".") == 0 || std::strcmp(entry->d_name, "..") == 0)
            continue;
        struct stat info {};
        if (::fstatat(::dirfd(dir.get()), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0 ||
            info.st_dev != device)
            continue;
        if (S_ISDIR(info.st_mode)) {
            int below = ::openat(::dirfd(dir.get()), entry->d_name,
                                 O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
            if (below >= 0)
                empty_directory(below, device);
        }
        ::unlinkat(::dirfd(dir.get()), entry->d_name, S_ISDIR(info.st_mode) ? AT_REMOVEDIR : 0);
    }
}

} // namespace

void mount_kernel_file_systems() {
    for (const char* path : {"/proc", "/sys", "/dev", new_root})
        make_dir(path);
    mount_one("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC);
    mount_one("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC);
    mount_one("devtmpfs", "/dev", "devtmpfs", MS_NOSUID, "mode=0755");
}

std::vector<std::string> mount_overlay_root(const Disk& base, const Disk& overlay,
                                            const Disk& work) {
    std::vector<std::string> warnings;
    make_dir("/base");
    mount_one(base.node, "/base", "ext4", MS_RDONLY | MS_NOATIME);
    mount_disk(overlay, "/overlay", warnings);
    make_dir("/overlay/upper");
    make_dir("/overlay/work");
    // redirect_dir lets the guest rename directories of the base; xino gives one device number for
    // the whole tree (find -xdev, du). Both disks stay together for the VM's life, so neither ties
    // the overlay to a foreign base.
    mount_one(
        "overlay", new_root, "overlay", MS_NOATIME,
        "lowerdir=/base,upperdir=/overlay/upper,workdir=/overlay/work,redirect_dir=on,xino=on");
    // The overlay holds both file systems itself; the guest need not see them.
    ::umount2("/base", MNT_DETACH);
    ::umount2("/overlay", MNT_DETACH);
    mount_work(work, warnings);
    return warnings;
}

std::vector<std::string> mount_copy_root(const Disk& root, const Disk& work) {
    std::vector<std::string> warnings;
    mount_disk(root, new_root, warnings);
    mount_work(work, warnings);
    return warnings;
}

void switch_root() {
    for (const char* path : {"/proc", "/sys", "/dev"}) {
        make_dir(root_path + path);
        if (::mount(path, (root_path + path).c_str(), nullptr, MS_MOVE, nullptr) != 0)
            guest::fail_errno(std::string("move ") + path + " into the root file system");
    }
    struct stat here {};
    int old_root = ::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (old_root < 0 || ::fstat(old_root, &here) != 0)
        guest::fail_errno("open the initramfs");
    if (::chdir(new_root) != 0)
        guest::fail_errno("enter the root file system");
    empty_directory(old_root, here.st_dev);
    // The initramfs cannot be pivoted away: the new root is moved over it (switch_root(8)).
    if (::mount(".", "/", nullptr, MS_MOVE, nullptr) != 0)
        guest::fail_errno("move the root file system to /");
    if (::chroot(".") != 0 || ::chdir("/") != 0)
        guest::fail_errno("change root");
}

} // namespace banger::init
