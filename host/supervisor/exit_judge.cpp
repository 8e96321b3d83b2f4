#include "supervisor/exit_judge.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <optional>
#include <string_view>

namespace banger::supervisor {
using vmm::ExitCause;

namespace {

struct Shutdown {
    std::string_view reason; ///< of QMP (qapi/run-state.json, ShutdownCause)
    ExitCause cause;
    std::string_view text;
};

constexpr std::array<Shutdown, 9> shutdowns{{
    {"guest-shutdown", ExitCause::poweroff, "the guest powered off"},
    {"guest-reset", ExitCause::reboot, "the guest rebooted"},
    {"subsystem-reset", ExitCause::reboot, "the guest rebooted"},
    {"guest-panic", ExitCause::crashed, "the guest's kernel panicked"},
    {"host-qmp-quit", ExitCause::killed, "the VMM was told to quit"},
    {"host-qmp-system-reset", ExitCause::killed, "the VMM was told to reset"},
    {"host-signal", ExitCause::killed, "the VMM was ended by a signal"},
    {"host-ui", ExitCause::killed, "the VMM was told to quit"},
    {"host-error", ExitCause::crashed, "the VMM met an error"},
}};

constexpr std::size_t kept_lines = 40; ///< of the console, in the record

/// With panic=-1 a panicking kernel resets at once, which looks like a reboot but for its words.
std::optional<std::string> panic_line(const std::vector<std::string>& console) {
    constexpr std::string_view words = "Kernel panic - not syncing";
    const auto it = std::find_if(console.begin(), console.end(), [&](const std::string& line) {
        return line.find(words) != std::string::npos;
    });
    return it == console.end() ? std::nullopt
                               : std::optional<std::string>(it->substr(it->find(words)));
}

bool ended_from_outside(int signal) {
    return signal == SIGKILL || signal == SIGTERM || signal == SIGINT || signal == SIGHUP ||
           signal == SIGQUIT;
}

/// With the last two lines that the VMM said: the second often only explains the first.
std::string with_message(std::string text, const std::vector<std::string>& messages) {
    const std::size_t from = messages.size() > 2 ? messages.size() - 2 : 0;
    for (std::size_t i = from; i < messages.size(); ++i) {
        text += (i == from ? ": " : "; ") + messages[i];
    }
    return text;
}

} // namespace

vmm::Exit judge(const Evidence& evidence) {
    vmm::Exit exit;
    exit.code = evidence.status.code;
    exit.signal = evidence.status.signal;
    exit.host_down = evidence.host_down;
    const auto& console = evidence.console_tail;
    const std::size_t before = console.size() - std::min(console.size(), kept_lines);
    exit.console_tail.assign(console.begin() + static_cast<std::ptrdiff_t>(before), console.end());
    exit.vmm_messages = evidence.vmm_messages;

    const auto known = std::find_if(shutdowns.begin(), shutdowns.end(), [&](const auto& entry) {
        return entry.reason == evidence.shutdown;
    });
    if (evidence.kill_asked && evidence.status.signal == SIGKILL) {
        exit.cause = ExitCause::killed;
        exit.reason = "killed on request";
    } else if (known != shutdowns.end()) {
        exit.cause = known->cause;
        exit.reason = known->text;
        if (const auto panic = panic_line(evidence.console_tail);
            panic && exit.cause == ExitCause::reboot) {
            exit.cause = ExitCause::crashed;
            exit.reason = "the guest's kernel panicked: " + *panic;
        }
    } else if (!evidence.ran) {
        exit.cause = ExitCause::failed_to_start;
        exit.reason =
            with_message("the VMM ended with " + evidence.status.text() + " before the guest ran",
                         evidence.vmm_messages);
    } else if (ended_from_outside(evidence.status.signal)) {
        exit.cause = ExitCause::killed;
        exit.reason = "the VMM was ended by " + evidence.status.text();
        if (evidence.status.signal == SIGKILL) {
            exit.reason += " from outside: a person, or the kernel for want of memory";
        }
    } else if (evidence.status.signal != 0) {
        exit.cause = ExitCause::crashed;
        exit.reason =
            with_message("the VMM died of " + evidence.status.text(), evidence.vmm_messages);
    } else if (evidence.status.code != 0) {
        exit.cause = ExitCause::crashed;
        exit.reason =
            with_message("the VMM ended with " + evidence.status.text(), evidence.vmm_messages);
    } else {
        exit.cause = ExitCause::unknown;
        exit.reason = "the VMM ended without giving a reason";
    }
    return exit;
}

} // namespace banger::supervisor
