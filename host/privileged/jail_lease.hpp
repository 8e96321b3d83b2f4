#pragma once

#include "os/unique_fd.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace banger::net {
class Netlink;
}

namespace banger::privileged {

constexpr std::size_t max_own_jails = 256; ///< of one caller, who so leaves others theirs

/// The user that one jail runs as. It is taken as long as a process has the file locked: who dies,
/// however, gives it up. With the step lock held.
class JailLease {
  public:
    /// The first of `first` to `first` + jail_uids - 1 that no jail has, nor a dead one of which
    /// something is left, and neither a user, a group nor the range of a user's containers
    /// (subuid(5)). Throws exhausted, also when the caller has max_own_jails.
    [[nodiscard]] static JailLease take(uid_t first, uid_t caller, const std::string& vm);

    [[nodiscard]] uid_t uid() const noexcept { return uid_; }
    [[nodiscard]] int fd() const noexcept { return file_.get(); }

  private:
    JailLease(uid_t uid, os::UniqueFd file) noexcept : uid_(uid), file_(std::move(file)) {}
    uid_t uid_;
    os::UniqueFd file_;
};

/// Takes back all that a jail of this user held, and at last its place. Nothing of it may run any
/// more but what its cgroup still has, which is killed. Throws when something stays.
void release_jail(net::Netlink& netlink, uid_t jail);

/// The same of each jail whose file nobody has locked, with the step lock held. Those that fail are
/// left for the next time.
std::vector<uid_t> clean_jails(net::Netlink& netlink);

/// Whether the text of /etc/subuid or /etc/subgid gives somebody this number. Pure.
[[nodiscard]] bool is_in_sub_ids(std::string_view text, uid_t id);

} // namespace banger::privileged
