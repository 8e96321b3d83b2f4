#include "plugin/process_limits.hpp"

#include <algorithm>
#include <cstddef>

namespace banger::plugin {
namespace {

struct Kind {
    __rlimit_resource resource;
    const char* name;
};
constexpr std::array kinds{Kind{RLIMIT_NOFILE, "RLIMIT_NOFILE"}, Kind{RLIMIT_AS, "RLIMIT_AS"},
                           Kind{RLIMIT_NPROC, "RLIMIT_NPROC"}};

std::string number(rlim_t value) {
    return value == RLIM_INFINITY ? "unlimited" : std::to_string(value);
}

} // namespace

ProcessLimits::ProcessLimits() {
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        ::getrlimit(kinds.at(i).resource, &first_.at(i));
    }
}

std::vector<std::string> ProcessLimits::put_back() const {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        const Kind& kind = kinds.at(i);
        const rlimit& first = first_.at(i);
        rlimit now{};
        // Higher ones harm nobody, and may be what an administrator wants.
        if (::getrlimit(kind.resource, &now) != 0 ||
            (now.rlim_cur >= first.rlim_cur && now.rlim_max >= first.rlim_max)) {
            continue;
        }
        const rlimit wanted{std::max(now.rlim_cur, first.rlim_cur),
                            std::max(now.rlim_max, first.rlim_max)};
        const std::string was = std::string(kind.name) + " was " + number(now.rlim_cur);
        if (::setrlimit(kind.resource, &wanted) == 0) {
            texts.push_back(was + ", and is " + number(wanted.rlim_cur) + " again");
            continue;
        }
        // Only root may raise the hard limit again.
        const rlimit most{std::min(wanted.rlim_cur, now.rlim_max), now.rlim_max};
        if (now.rlim_cur < most.rlim_cur && ::setrlimit(kind.resource, &most) == 0) {
            texts.push_back(was + ", and is " + number(most.rlim_cur) + " instead of " +
                            number(wanted.rlim_cur) + " until the daemon is restarted");
        }
    }
    return texts;
}

} // namespace banger::plugin
