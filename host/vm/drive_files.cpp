#include "vm/drive_files.hpp"

#include "os/error.hpp"

#include <cerrno>
#include <map>
#include <utility>

#include <sys/stat.h>

namespace banger::vm {
using os::Error;
using os::ErrorKind;

namespace {

constexpr off_t sector = 512; ///< Firecracker cuts off what is beyond the last whole one

void check(const Drive& drive, const std::string& field, const struct stat& facts) {
    if (S_ISBLK(facts.st_mode)) {
        return;
    }
    if (!S_ISREG(facts.st_mode)) {
        throw Error(ErrorKind::invalid,
                    field + ": '" + drive.path + "' is neither a regular file nor a block device",
                    "give a raw disk image, or /dev/..: look at the options of the VM");
    }
    if (facts.st_size == 0 || facts.st_size % sector != 0) {
        throw Error(ErrorKind::invalid,
                    field + ": '" + drive.path + "' has " + std::to_string(facts.st_size) +
                        " bytes, not a multiple of " + std::to_string(sector),
                    "a drive is a raw disk image: make it longer with: truncate -s %512 FILE");
    }
}

} // namespace

void check_drive_files(const GuestConfig& config, const std::filesystem::path& dir) {
    std::map<std::pair<dev_t, ino_t>, std::string> seen;
    for (const Drive& drive : config.drives()) {
        const std::string& owner = config.owner_of("drive:" + drive.id);
        const std::string field = "drive '" + drive.id + "' from " + owner;
        struct stat facts {};
        if (::stat((dir / drive.path).c_str(), &facts) != 0) {
            const int code = errno;
            if (owner == host_owner) { // the VMM tells it
                continue;
            }
            const Error cause = os::errno_error(field + ": " + drive.path, code);
            throw Error(cause.kind(), cause.what(),
                        "make it there again, or change the option that names it: banger vm set");
        }
        if (owner != host_owner) {
            check(drive, field, facts);
        }
        const auto [at, is_new] = seen.try_emplace({facts.st_dev, facts.st_ino}, drive.id);
        if (!is_new) {
            throw Error(ErrorKind::conflict,
                        field + ": '" + drive.path + "' is the file of drive '" + at->second +
                            "' of " + config.owner_of("drive:" + at->second),
                        "a guest that has one file twice destroys what is on it: give each drive a "
                        "file of its own");
        }
    }
}

} // namespace banger::vm
