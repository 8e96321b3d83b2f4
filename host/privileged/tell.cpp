#include "privileged/tell.hpp"

#include "os/error.hpp"
#include "os/run.hpp"

#include <chrono>

namespace banger::privileged {

void tell(const std::vector<std::string>& command) {
    const os::Output output =
        os::run(command, {.timeout = std::chrono::seconds(8),
                          .die_with_parent = true,
                          .env = std::vector<std::string>{"PATH=/usr/bin:/bin", "LC_ALL=C"}});
    if (output.timed_out || !output.status.ok()) {
        std::string said = output.err.substr(0, 500);
        while (!said.empty() && said.back() == '\n') {
            said.pop_back();
        }
        throw os::Error(os::ErrorKind::unavailable,
                        command[0] + " " + command[1] + ": " +
                            (output.timed_out ? "no answer" : output.status.text()) +
                            (said.empty() ? "" : ": " + said));
    }
}

} // namespace banger::privileged
