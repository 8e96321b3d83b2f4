#include "supervisor/exit_judge.hpp"

#include "supervisor/last_words.hpp"
#include "vmm/firecracker/exit_codes.hpp"
#include "vmm/firecracker/log_line.hpp"

#include <algorithm>
#include <array>
#include <csignal>
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

using Lines = std::vector<std::string>;

/// With panic=-1 a panicking kernel resets at once, which looks like a reboot but for its words.
Lines::const_iterator find_panic(const Lines& console) {
    return std::find_if(console.begin(), console.end(), [](const std::string& line) {
        return line.find(panic_words) != std::string::npos;
    });
}

void to_panic(vmm::Exit& exit, const std::string& line) {
    exit.cause = ExitCause::crashed;
    exit.reason = "the guest's kernel panicked: " + line.substr(line.find(panic_words));
}

/// Of a Firecracker that ended well, which is to say that its guest has reset.
void judge_reset(const Evidence& evidence, vmm::Exit& exit) {
    const Lines& console = evidence.console_tail;
    const auto panic = find_panic(console);
    if (panic != console.end() && !evidence.said_off) {
        to_panic(exit, *panic);
    } else if (evidence.said_off || evidence.off_asked) {
        exit.cause = ExitCause::poweroff;
        exit.reason = "the guest powered off";
    } else {
        exit.cause = ExitCause::reboot;
        exit.reason = "the guest rebooted";
    }
}

bool ended_from_outside(int signal) {
    return signal == SIGKILL || signal == SIGTERM || signal == SIGINT || signal == SIGHUP ||
           signal == SIGQUIT;
}

/// The signal that ended it. Firecracker catches SIGHUP and makes a status of it.
int signal_of(const Evidence& evidence) {
    const bool hung_up = evidence.control == vmm::Control::firecracker &&
                         evidence.status.code == vmm::firecracker::exit_hangup;
    return hung_up ? SIGHUP : evidence.status.signal;
}

/// How it ended, as "exit status 1".
std::string status_text(const Evidence& evidence) {
    std::string text = evidence.status.text();
    if (evidence.control == vmm::Control::firecracker && evidence.status.signal == 0) {
        if (const auto meaning = vmm::firecracker::exit_meaning(evidence.status.code);
            !meaning.empty()) {
            text += " (" + std::string(meaning) + ")";
        }
    }
    return text;
}

/// What the VMM said, without what says nothing.
Lines words_of(const Evidence& evidence) {
    if (evidence.control != vmm::Control::firecracker) {
        return evidence.vmm_messages;
    }
    Lines words;
    for (const std::string& line : evidence.vmm_messages) {
        if (!vmm::firecracker::repeats_exit(line)) {
            words.emplace_back(vmm::firecracker::log_message(line));
        }
    }
    return words;
}

/// With the last two lines that the VMM said: the second often only explains the first.
std::string with_message(std::string text, const Evidence& evidence) {
    const Lines words = words_of(evidence);
    const std::size_t from = words.size() > 2 ? words.size() - 2 : 0;
    for (std::size_t i = from; i < words.size(); ++i) {
        text += (i == from ? ": " : "; ") + words[i];
    }
    return text;
}

std::string failed_start(const Evidence& evidence) {
    if (!evidence.start_error.empty()) {
        return evidence.start_error;
    }
    const std::string at = evidence.step.empty() ? "" : ", at " + evidence.step;
    return with_message(
        "the VMM ended with " + status_text(evidence) + " before the guest ran" + at, evidence);
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
    } else if (evidence.halted && evidence.status.signal == SIGKILL) {
        exit.cause = ExitCause::poweroff;
        exit.reason = "the guest powered off";
    } else if (known != shutdowns.end()) {
        exit.cause = known->cause;
        exit.reason = known->text;
        if (const auto panic = find_panic(console);
            panic != console.end() && exit.cause == ExitCause::reboot) {
            to_panic(exit, *panic);
        }
    } else if (!evidence.ran) {
        exit.cause = ExitCause::failed_to_start;
        exit.reason = failed_start(evidence);
    } else if (ended_from_outside(signal_of(evidence))) {
        exit.cause = ExitCause::killed;
        exit.reason = "the VMM was ended by " + os::ExitStatus{0, signal_of(evidence)}.text();
        if (evidence.status.signal == SIGKILL) {
            exit.reason += " from outside: a person, or the kernel for want of memory";
        }
    } else if (evidence.status.signal != 0) {
        exit.cause = ExitCause::crashed;
        exit.reason = with_message("the VMM died of " + evidence.status.text(), evidence);
    } else if (evidence.status.code != 0) {
        exit.cause = ExitCause::crashed;
        exit.reason = with_message("the VMM ended with " + status_text(evidence), evidence);
    } else if (evidence.control == vmm::Control::firecracker) {
        judge_reset(evidence, exit);
    } else {
        exit.cause = ExitCause::unknown;
        exit.reason = "the VMM ended without giving a reason";
    }
    return exit;
}

} // namespace banger::supervisor
