#include "confinement.hpp"

#include "failure.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

namespace image_tool {
namespace {

constexpr rlim_t most_memory = rlim_t(2) << 30U;

void lower(__rlimit_resource resource, rlim_t most, const char* name) {
    rlimit limit{};
    if (::getrlimit(resource, &limit) != 0) {
        throw system_failure(std::string("read the limit ") + name);
    }
    if (limit.rlim_max == RLIM_INFINITY || limit.rlim_max > most) {
        limit.rlim_max = most;
    }
    if (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur > limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
    }
    if (::setrlimit(resource, &limit) != 0) {
        throw system_failure(std::string("set the limit ") + name);
    }
}

} // namespace

void confine() {
    (void)::umask(077);
    lower(RLIMIT_CORE, 0, "core");
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) // they reserve terabytes
    lower(RLIMIT_AS, most_memory, "as");
#else
    (void)most_memory;
#endif
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        throw system_failure("give up new privileges");
    }
}

} // namespace image_tool
