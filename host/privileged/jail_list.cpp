#include "privileged/jail_list.hpp"

#include "os/error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <optional>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

namespace banger::privileged {
namespace fs = std::filesystem;

namespace {

std::optional<uid_t> as_uid(std::string_view name) {
    uid_t uid = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), uid);
    return error == std::errc{} && end == name.data() + name.size() ? std::optional(uid)
                                                                    : std::nullopt;
}

std::string first_line(int fd) {
    std::array<char, 64> buffer{};
    const ssize_t n = ::read(fd, buffer.data(), buffer.size());
    const std::string text(buffer.data(), n > 0 ? static_cast<std::size_t>(n) : 0);
    return text.substr(0, text.find('\n'));
}

struct flock lock_of(short type) {
    struct flock lock {};
    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    return lock;
}

/// Asked as one who would read: so locks of other readers are none.
bool is_held(const os::UniqueFd& file) {
    struct flock lock = lock_of(F_RDLCK);
    return ::fcntl(file.get(), F_OFD_GETLK, &lock) != 0 || lock.l_type != F_UNLCK;
}

ListedJail listed(uid_t uid, const os::UniqueFd& file) {
    ListedJail jail{uid, {}, nobody_at_all, !is_held(file)};
    const std::string line = first_line(file.get());
    const std::size_t blank = line.find(' ');
    if (blank != std::string::npos) {
        jail.vm = line.substr(0, blank);
        jail.caller = as_uid(std::string_view(line).substr(blank + 1)).value_or(nobody_at_all);
    }
    return jail;
}

} // namespace

std::string jail_text(const std::string& vm, uid_t caller) {
    return vm + " " + std::to_string(caller) + "\n";
}

void hold_jail(const os::UniqueFd& file, const fs::path& path) {
    struct flock lock = lock_of(F_WRLCK);
    if (::fcntl(file.get(), F_OFD_SETLK, &lock) != 0) {
        if (errno == EAGAIN || errno == EACCES) {
            throw os::Error(os::ErrorKind::busy, path.string() + " is locked by another jail");
        }
        throw os::errno_error("lock " + path.string());
    }
}

std::vector<ListedJail> all_jails(const fs::path& folder) {
    std::vector<ListedJail> found;
    std::error_code code;
    for (fs::directory_iterator at(folder, code), end; !code && at != end; at.increment(code)) {
        const std::string name = at->path().filename();
        const auto uid = as_uid(name);
        const os::UniqueFd file(::open(at->path().c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
        if (uid && file && name == std::to_string(*uid)) {
            found.push_back(listed(*uid, file));
        }
    }
    std::sort(found.begin(), found.end(),
              [](const ListedJail& a, const ListedJail& b) { return a.uid < b.uid; });
    return found;
}

std::vector<ListedJail> own_jails(const fs::path& folder) {
    std::vector<ListedJail> found = all_jails(folder);
    std::erase_if(found, [](const ListedJail& jail) { return jail.caller != ::getuid(); });
    return found;
}

} // namespace banger::privileged
