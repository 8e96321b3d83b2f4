#include "power.hpp"

#include "boot_log.hpp"
#include "words.hpp"

#include <csignal>
#include <cstdio>

#include <fcntl.h>

namespace agent {
namespace {

constexpr std::chrono::milliseconds answer_time{50};
constexpr std::size_t longest_reason = 200;

const char* word(PowerAction action) {
    return action == PowerAction::shutdown ? "poweroff" : "reboot";
}

void tell_kernel_log(const std::string& line) {
    const Fd file(::open("/dev/kmsg", O_WRONLY | O_CLOEXEC | O_NONBLOCK));
    if (file) {
        (void)!::write(file.get(), line.data(), line.size());
    }
}

} // namespace

void Power::request(PowerAction action, const std::string& reason) {
    const std::string why = reason.empty() ? "" : ": " + printable(reason, longest_reason);
    const std::string line = std::string("banger-agent: ") + word(action) + why;
    tell_kernel_log(line + "\n");
    std::fprintf(stderr, "%s%s\n", word(action), why.c_str());
    later_ = loop_.after(answer_time, [this, action] { act(action); });
}

void Power::act(PowerAction action) {
    if (has_systemd()) {
        // What systemctl comes to without logind, and without a program that must start first:
        // systemd(1), SIGRTMIN+4 starts poweroff.target, SIGRTMIN+5 reboot.target.
        ::kill(1, SIGRTMIN + (action == PowerAction::shutdown ? 4 : 5));
        return;
    }
    Launch launch;
    launch.argv = {std::string("/sbin/") + word(action)};
    program_ = std::make_unique<Child>(loop_, launch, [](int status) {
        if (status != 0) {
            std::fprintf(stderr, "the guest's init was asked, and failed: status %d\n", status);
        }
    });
}

} // namespace agent
