#include "privileged/root_owned.hpp"

#include <cerrno>
#include <deque>

#include <sys/stat.h>
#include <sys/statvfs.h>

namespace banger::privileged {
namespace {

namespace fs = std::filesystem;

constexpr int max_links = 40; ///< as many as the kernel follows

bool others_may_write(const struct stat& info) {
    return (info.st_mode & 022U) != 0;
}

/// Follows a path as the kernel does, part by part.
class Way {
  public:
    Way(const fs::path& path, uid_t owner) : owner_(owner), rest_(path.begin(), path.end()) {}

    /// The last part that others may change: where several may be, the one nearest to the file.
    fs::path changeable() {
        while (!rest_.empty()) {
            const fs::path name = rest_.front();
            rest_.pop_front();
            if (name == "..") {
                at_ = at_.parent_path(); // no part of it is a link any more
            } else if (!name.empty() && name != "." && !step(name)) {
                break;
            }
        }
        return found_;
    }

  private:
    [[nodiscard]] bool is_foreign(const struct stat& info) const {
        return info.st_uid != 0 && info.st_uid != owner_;
    }

    /// False where the way ends.
    bool step(const fs::path& name) {
        const fs::path part = at_ / name;
        struct stat info {};
        if (::lstat(part.c_str(), &info) != 0) {
            if (errno != ENOENT) { // what cannot be looked at is not known to be root's
                found_ = part;
            }
            return false;
        }
        if (S_ISLNK(info.st_mode)) {
            return follow(part, info);
        }
        // In a sticky folder (/tmp) others cannot touch what is not theirs.
        if (is_foreign(info) || (others_may_write(info) && (info.st_mode & S_ISVTX) == 0)) {
            found_ = part;
        }
        at_ = part;
        return true;
    }

    /// Nobody can change a link, but in a sticky folder whoever made it can replace it.
    bool follow(const fs::path& link, const struct stat& info) {
        std::error_code code;
        const fs::path target = fs::read_symlink(link, code);
        if (code || ++links_ > max_links) {
            found_ = link;
            return false;
        }
        struct stat folder {};
        if (is_foreign(info) && (::lstat(at_.c_str(), &folder) != 0 || others_may_write(folder))) {
            found_ = link;
        }
        rest_.insert(rest_.begin(), target.begin(), target.end());
        return true;
    }

    uid_t owner_;
    std::deque<fs::path> rest_;
    fs::path at_; ///< without a link in it
    fs::path found_;
    int links_ = 0;
};

} // namespace

fs::path changeable_part(const fs::path& path, uid_t owner) {
    return path.is_absolute() ? Way(path, owner).changeable() : path;
}

bool is_on_users_mount(const fs::path& path) noexcept {
    struct statvfs info {};
    return ::statvfs(path.c_str(), &info) != 0 || (info.f_flag & ST_NOSUID) != 0;
}

} // namespace banger::privileged
