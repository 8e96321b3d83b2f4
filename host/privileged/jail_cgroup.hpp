#pragma once

#include "os/unique_fd.hpp"

#include <sys/types.h>

namespace banger::privileged {

struct JailLimits;

/// Makes the cgroup (version 2) of a jail, with its limits; the descriptor of its cgroup.procs, by
/// which processes enter it. Throws unsupported where the kernel's cgroups are of version 1, or
/// lack a controller that a limit needs. With the step lock held.
[[nodiscard]] os::UniqueFd make_jail_cgroup(uid_t jail, const JailLimits& limits);

/// What is in it is killed. One that is not there is fine. Throws busy when something does not die.
void remove_jail_cgroup(uid_t jail);

} // namespace banger::privileged
