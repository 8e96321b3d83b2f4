#include "privileged/root_owned.hpp"

#include <cerrno>

#include <sys/stat.h>

namespace banger::privileged {
namespace {

namespace fs = std::filesystem;

bool others_may_change(const fs::path& part, uid_t owner) {
    struct stat info {};
    if (::stat(part.c_str(), &info) != 0) {
        return errno != ENOENT; // what cannot be looked at is not known to be root's
    }
    // In a sticky folder (/tmp) others cannot touch what is not theirs.
    return (info.st_uid != 0 && info.st_uid != owner) ||
           ((info.st_mode & 022U) != 0 && (info.st_mode & S_ISVTX) == 0);
}

} // namespace

fs::path changeable_part(const fs::path& path, uid_t owner) {
    std::error_code code;
    // Both ways: the folders that hold a link, and those that hold what it points to.
    for (const fs::path& way : {path, fs::weakly_canonical(path, code)}) {
        for (fs::path part = way; !part.empty(); part = part.parent_path()) {
            if (others_may_change(part, owner)) {
                return part;
            }
            if (part == part.root_path()) {
                break;
            }
        }
    }
    return {};
}

} // namespace banger::privileged
