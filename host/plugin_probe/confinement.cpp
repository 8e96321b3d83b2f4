#include "plugin_probe/confinement.hpp"

#include "os/error.hpp"
#include "os/signals.hpp"
#include "os/unique_fd.hpp"

#include <algorithm>
#include <array>
#include <csignal>

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace banger::plugin_probe {
namespace {

constexpr rlim_t cpu_seconds = 5; ///< as long as its parent waits
constexpr rlim_t open_files = 256;
constexpr rlim_t file_bytes = 1U << 20U;
constexpr uid_t nobody = 65534;

void limit(__rlimit_resource resource, rlim_t most, rlim_t more = 0) {
    rlimit now{};
    if (::getrlimit(resource, &now) == 0) {
        now.rlim_max = std::min(most + more, now.rlim_max);
        now.rlim_cur = std::min(most, now.rlim_max);
        ::setrlimit(resource, &now);
    }
}

/// Nothing changes where this user name space has no nobody, or the file is not for everybody.
void become_nobody(const char* file) {
    const bool can = ::setegid(nobody) == 0 && ::seteuid(nobody) == 0;
    const bool readable = can && os::UniqueFd(::open(file, O_RDONLY | O_CLOEXEC));
    if (::seteuid(0) != 0 || ::setegid(0) != 0) {
        throw os::errno_error("seteuid");
    }
    if (readable && (::setgroups(0, nullptr) != 0 || ::setresgid(nobody, nobody, nobody) != 0 ||
                     ::setresuid(nobody, nobody, nobody) != 0)) {
        throw os::errno_error("setresuid");
    }
}

void drop_capabilities() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    const std::array<__user_cap_data_struct, 2> none{};
    if (::syscall(SYS_capset, &header, none.data()) != 0) {
        throw os::errno_error("capset");
    }
}

} // namespace

void confine(const char* file) {
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        throw os::errno_error("no_new_privs");
    }
    if (::geteuid() == 0) {
        become_nobody(file);
    }
    drop_capabilities();
    ::prctl(PR_SET_PDEATHSIG, SIGKILL); // which a change of user has taken back
    // What a sanitizer would tell of a crash is for nobody: the parent is told the signal.
    for (const int signal : os::fatal_signals) {
        ::signal(signal, SIG_DFL);
    }
    // Of the address space there is no limit: sanitizers reserve terabytes.
    limit(RLIMIT_CPU, cpu_seconds, 1); // SIGXCPU, then SIGKILL
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NOFILE, open_files);
    limit(RLIMIT_FSIZE, file_bytes);
}

} // namespace banger::plugin_probe
