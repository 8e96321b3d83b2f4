#include "privileged/jail_lease.hpp"

#include "net/link.hpp"
#include "net/netlink.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "privileged/jail_cgroup.hpp"
#include "privileged/jail_list.hpp"
#include "privileged/jail_request.hpp"
#include "privileged/ownership.hpp"
#include "privileged/tap_device.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <optional>

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace banger::privileged {
namespace fs = std::filesystem;

namespace {

using os::Error;
using os::ErrorKind;

fs::path place_of(uid_t jail) {
    return fs::path(jail_folder) / std::to_string(jail);
}

/// The part of `text` before `end`, which is taken off with it.
std::string_view cut(std::string_view& text, char end) {
    const std::string_view part = text.substr(0, text.find(end));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    return part;
}

std::uint64_t as_number(std::string_view text) {
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

/// Room for a user's or a group's texts. One that has more is found as well (ERANGE).
using EntryTexts = std::array<char, 16384>;

/// Of getpwuid_r(3) and getgrgid_r(3): who could not be looked up may well be there.
bool may_be_there(int error, const void* entry, std::string& trouble) {
    if (error == 0 || error == ENOENT || error == ESRCH) {
        return entry != nullptr;
    }
    if (error != ERANGE) {
        trouble = std::strerror(error);
    }
    return true;
}

bool may_be_user(uid_t id, std::string& trouble) {
    EntryTexts texts{};
    passwd user{};
    passwd* entry = nullptr;
    const int error = ::getpwuid_r(id, &user, texts.data(), texts.size(), &entry);
    return may_be_there(error, entry, trouble);
}

bool may_be_group(gid_t id, std::string& trouble) {
    EntryTexts texts{};
    group found{};
    group* entry = nullptr;
    const int error = ::getgrgid_r(id, &found, texts.data(), texts.size(), &entry);
    return may_be_there(error, entry, trouble);
}

/// Nothing when it is there already: what a dead jail held could not be taken back, and is no one
/// else's before it is.
std::optional<os::UniqueFd> make_place(uid_t jail) {
    const std::string path = place_of(jail);
    os::UniqueFd file(
        ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file && errno != EEXIST) {
        throw os::errno_error("make " + path);
    }
    if (!file) {
        return std::nullopt;
    }
    hold_jail(file, path);
    return file;
}

void require_room(uid_t caller) {
    const std::vector<ListedJail> jails = all_jails();
    const auto own = std::count_if(jails.begin(), jails.end(), [caller](const ListedJail& jail) {
        return jail.caller == caller;
    });
    if (static_cast<std::size_t>(own) >= max_own_jails) {
        throw Error(ErrorKind::exhausted,
                    "user " + std::to_string(caller) + " has " + std::to_string(own) +
                        " jails, and no one gets more than " + std::to_string(max_own_jails),
                    "stop a VM of yours first (banger vm ls)");
    }
}

} // namespace

bool is_in_sub_ids(std::string_view text, uid_t id) {
    while (!text.empty()) {
        std::string_view line = cut(text, '\n');
        cut(line, ':'); // whose it is
        const std::uint64_t first = as_number(cut(line, ':'));
        if (id >= first && id - first < as_number(line)) {
            return true;
        }
    }
    return false;
}

JailLease JailLease::take(uid_t first, uid_t caller, const std::string& vm) {
    if (::mkdir(jail_folder, 0755) == 0 && ::chmod(jail_folder, 0755) != 0) { // whatever our umask
        throw os::errno_error(std::string("make ") + jail_folder);
    }
    require_room(caller);
    const std::string subuid = os::find_file("/etc/subuid").value_or("");
    const std::string subgid = os::find_file("/etc/subgid").value_or("");
    std::string trouble;
    for (uid_t uid = first; uid < first + jail_uids; ++uid) {
        if (is_in_sub_ids(subuid, uid) || is_in_sub_ids(subgid, uid) || may_be_user(uid, trouble) ||
            may_be_group(uid, trouble)) {
            continue;
        }
        auto file = make_place(uid);
        if (!file) {
            continue;
        }
        os::write_all(file->get(), jail_text(vm, caller), place_of(uid).string());
        // All may look at it, and tell a dead jail from a living one, but none may write to it: a
        // lock against readers is root's alone.
        if (::fchmod(file->get(), 0444) != 0) {
            throw os::errno_error("write " + place_of(uid).string());
        }
        return {uid, std::move(*file)};
    }
    throw Error(ErrorKind::exhausted,
                "no user id from " + std::to_string(first) + " to " +
                    std::to_string(first + jail_uids - 1) + " is free for a jail" +
                    (trouble.empty() ? "" : " (users cannot be looked up: " + trouble + ")"),
                "set firecracker.jail_uid in config.yaml to the first of " +
                    std::to_string(jail_uids) + " that nobody uses");
}

void release_jail(net::Netlink& netlink, uid_t jail) {
    remove_jail_cgroup(jail);
    for (const net::Link& link : net::links(netlink)) {
        const auto owner = Ownership::parse(link.alias);
        if (link.kind == "tun" && link.tap_owner == jail && owner) {
            TapDevice::attach(link.name).give(owner->uid);
        }
    }
    // Last: without it nobody would look for the rest.
    ::unlink(place_of(jail).c_str());
    ::rmdir(jail_folder); // NOLINT(bugprone-unused-return-value): when it was the last one
}

std::vector<uid_t> clean_jails(net::Netlink& netlink) {
    std::vector<uid_t> cleaned;
    for (const ListedJail& jail : all_jails()) {
        try {
            if (jail.dead) { // and no one else gets its place meanwhile: we have the step lock
                release_jail(netlink, jail.uid);
                cleaned.push_back(jail.uid);
            }
        } catch (const Error&) { // NOLINT(bugprone-empty-catch)
            // Its place is still there: the next time it is tried again.
        }
    }
    return cleaned;
}

} // namespace banger::privileged
