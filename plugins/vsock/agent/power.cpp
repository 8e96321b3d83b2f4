#include "power.hpp"

#include "boot_log.hpp"
#include "proc_file.hpp"
#include "words.hpp"

#include <algorithm>
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

void write_to(const char* path, std::string_view line) {
    const Fd file(::open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (file) {
        (void)!::write(file.get(), line.data(), line.size());
    }
}

} // namespace

bool powers_off_by_reset(std::string_view command_line) {
    const auto parts = words(command_line);
    return std::find(parts.begin(), parts.end(), "banger.poweroff=reboot") != parts.end();
}

void Power::request(PowerAction action, const std::string& reason) {
    const std::string why = reason.empty() ? "" : ": " + printable(reason, longest_reason);
    const std::string line = std::string("banger-agent: ") + word(action) + why;
    write_to("/dev/kmsg", line + "\n");
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
    // What is in the image for systemd, another init has not.
    const bool by_reset =
        action == PowerAction::shutdown && powers_off_by_reset(read_proc("/proc/cmdline"));
    if (by_reset) {
        write_to("/dev/console", power_off_line);
    }
    Launch launch;
    launch.argv = {std::string("/sbin/") + word(by_reset ? PowerAction::reboot : action)};
    program_ = std::make_unique<Child>(loop_, launch, [](int status) {
        if (status != 0) {
            std::fprintf(stderr, "the guest's init was asked, and failed: status %d\n", status);
        }
    });
}

} // namespace agent
