#include "os/error.hpp"
#include "os/file.hpp"
#include "supervisor/supervisor.hpp"
#include "supervisor/vmm_process.hpp"

#include <array>
#include <csignal>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

namespace {

using banger::os::Error;
using banger::os::UniqueFd;

constexpr std::size_t longest_plan = 1U << 20U;
constexpr int most_inherited = 64; ///< numbers kept free: two sockets and the TAP devices

std::string read_plan() {
    std::string text;
    std::array<char, 16384> buffer{};
    for (;;) {
        const ssize_t n = ::read(STDIN_FILENO, buffer.data(), buffer.size());
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            throw banger::os::errno_error("read the plan");
        }
        if (n == 0) {
            return text;
        }
        text.append(buffer.data(), static_cast<std::size_t>(n));
        if (text.size() > longest_plan) {
            throw Error(banger::os::ErrorKind::invalid, "the plan is too long");
        }
    }
}

/// Own session, no terminal, no parent that waits: whoever started us may go.
void detach() {
    for (int round = 0; round < 2; ++round) {
        const pid_t child = ::fork();
        if (child < 0) {
            throw banger::os::errno_error("fork");
        }
        if (child > 0) {
            ::_exit(0);
        }
        ::setsid(); // the second time it fails, as it should: no session leader, no terminal ever
    }
    ::signal(SIGHUP, SIG_IGN);
    ::signal(SIGINT, SIG_IGN);
    ::signal(SIGPIPE, SIG_IGN);
    ::umask(077);
    if (::chdir("/") != 0) {
        throw banger::os::errno_error("leave the folder");
    }
}

} // namespace

/// banger-vm ID NAME: reads a plan (JSON) from standard input, answers with one line of JSON on
/// standard output once the guest runs or cannot, and goes on in the background until the VMM ends.
int main(int argc, char** argv) {
    if (argc > 1 && std::strncmp(argv[1], "--", 2) == 0) {
        std::puts("banger-vm is started by bangerd and reads a plan from its standard input.");
        return 2;
    }
    UniqueFd report;
    try {
        banger::supervisor::reserve_descriptors(most_inherited);
        report.reset(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, most_inherited));
        banger::vmm::SupervisorPlan plan = banger::vmm::plan_from_json(read_plan());
        detach();
        const UniqueFd null = banger::os::open_file("/dev/null", O_RDWR);
        for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
            if (::dup2(null.get(), number) < 0) {
                throw banger::os::errno_error("close the standard streams");
            }
        }
        banger::supervisor::Supervisor supervisor(std::move(plan), std::move(report));
        supervisor.run();
        return 0;
    } catch (const std::exception&) {
        const Error error = banger::os::current_error();
        const nlohmann::json answer{
            {"ok", false},
            {"error", {{"kind", banger::os::to_string(error.kind())}, {"message", error.what()}}}};
        const std::string text = banger::supervisor::json_text(answer) + "\n";
        [[maybe_unused]] const ssize_t n = ::write(report.get(), text.data(), text.size());
        return 1;
    }
}
