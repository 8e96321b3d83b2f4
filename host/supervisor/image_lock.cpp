#include "supervisor/image_lock.hpp"

#include "os/error.hpp"
#include "os/file.hpp"

#include <array>
#include <cerrno>
#include <string>

#include <fcntl.h>

namespace banger::supervisor {
using os::Error;
using os::ErrorKind;

namespace {

/// QEMU's permissions (include/block/block-common.h), each a byte of the file: 100 and the number
/// is read-locked by who uses the permission, 200 and the number by who shares it with nobody.
constexpr off_t used = 100;
constexpr off_t unshared = 200;
constexpr off_t consistent_read = 0;
constexpr off_t write_bytes = 1;
constexpr off_t resize = 3;

struct flock lock_of(short type, off_t byte) {
    struct flock lock {};
    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    lock.l_start = byte;
    lock.l_len = 1;
    return lock;
}

bool locks_here(const os::UniqueFd& file) {
    struct flock lock = lock_of(F_WRLCK, 0);
    return ::fcntl(file.get(), F_OFD_GETLK, &lock) == 0;
}

void hold(const os::UniqueFd& file, off_t byte, const std::string& name) {
    struct flock lock = lock_of(F_RDLCK, byte);
    if (::fcntl(file.get(), F_OFD_SETLK, &lock) == 0) {
        return;
    }
    if (errno == EAGAIN || errno == EACCES) { // nobody of QEMU's kind locks a byte for itself alone
        throw Error(ErrorKind::busy, "disk image " + name + ": another program has locked it");
    }
    throw os::errno_error("lock the disk image " + name);
}

/// Who else has a byte, of whatever kind.
bool is_held(const os::UniqueFd& file, off_t byte) {
    struct flock lock = lock_of(F_WRLCK, byte);
    return ::fcntl(file.get(), F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

/// All is taken before anything is looked at, so that of two who come at once none is overlooked.
os::UniqueFd lock_image(const vmm::ImageLock& image, const std::filesystem::path& folder) {
    const std::string name = image.path.string();
    os::UniqueFd file = os::open_file(folder / image.path, O_RDONLY);
    if (!locks_here(file)) {
        return file;
    }
    hold(file, used + consistent_read, name);
    if (!image.read_only) {
        hold(file, used + write_bytes, name);
    }
    for (const off_t permission : {write_bytes, resize}) {
        hold(file, unshared + permission, name);
    }
    const bool written = is_held(file, used + write_bytes) || is_held(file, used + resize);
    const bool kept = !image.read_only && is_held(file, unshared + write_bytes);
    if (written || kept) {
        throw Error(ErrorKind::busy,
                    "disk image " + name + ": another VM " +
                        (written ? "writes it" : "reads it, so it may not be written"),
                    "stop that VM first (banger vm ls), or what else has the image open");
    }
    return file;
}

} // namespace

std::vector<os::UniqueFd> lock_images(const std::vector<vmm::ImageLock>& images,
                                      const std::filesystem::path& folder) {
    std::vector<os::UniqueFd> locks;
    locks.reserve(images.size());
    for (const vmm::ImageLock& image : images) {
        locks.push_back(lock_image(image, folder));
    }
    return locks;
}

} // namespace banger::supervisor
