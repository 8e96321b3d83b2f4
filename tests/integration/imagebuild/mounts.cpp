#include "mounts.hpp"

#include "os/file.hpp"
#include "os/run.hpp"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

namespace banger::test {
namespace {

bool knows_overlays() {
    std::ifstream in("/proc/filesystems");
    const std::string all{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    return all.find("\toverlay\n") != std::string::npos &&
           all.find("\text4\n") != std::string::npos;
}

void check(int result, const std::string& what) {
    if (result != 0) {
        throw std::system_error(errno, std::generic_category(), what);
    }
}

} // namespace

Mounts::Mounts() {
    if (::geteuid() != 0) {
        reason_ = "needs root for mounts";
    } else if (!knows_overlays()) {
        reason_ = "needs ext4 and overlay in the kernel";
    } else if (::access("/dev/loop-control", R_OK | W_OK) != 0) {
        reason_ = "needs loop devices";
    }
    if (!reason_.empty()) {
        return;
    }
    before_ = os::open_file("/proc/thread-self/ns/mnt", O_RDONLY);
    folder_ = os::open_file(".", O_PATH | O_DIRECTORY);
    if (::unshare(CLONE_NEWNS) != 0) {
        before_.reset();
        reason_ = "no mount namespace here";
        return;
    }
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) { // in a chroot, say
        reason_ = "mounts cannot be kept private here";
        return; // the destructor goes back
    }
    // An overlay brings each file that it copies to the disk, which takes its time elsewhere.
    const std::string temporary = std::filesystem::temp_directory_path();
    check(::mount("temporary", temporary.c_str(), "tmpfs", 0, "mode=1777,size=512m"),
          "mount a tmpfs");
}

Mounts::~Mounts() {
    if (before_ && (::setns(before_.get(), CLONE_NEWNS) != 0 || ::fchdir(folder_.get()) != 0)) {
        ::_exit(70); // the rest of the tests would see other files
    }
}

void Mounts::disk(const std::string& file, const std::string& place, bool writable) {
    const os::Output done =
        os::run({"mount", "-t", "ext4", "-o", writable ? "loop" : "loop,ro", file, place});
    if (!done.status.ok()) {
        throw std::runtime_error("mount " + file + ": " + done.err);
    }
}

void Mounts::overlay(const std::string& base, const std::string& over, const std::string& place) {
    const std::string options = "lowerdir=" + base + ",upperdir=" + over +
                                "/upper,workdir=" + over + "/work,redirect_dir=on,xino=on";
    check(::mount("overlay", place.c_str(), "overlay", MS_NOATIME, options.c_str()),
          "mount an overlay");
}

void Mounts::unmount(const std::string& place) {
    check(::umount(place.c_str()), "unmount " + place);
}

} // namespace banger::test
