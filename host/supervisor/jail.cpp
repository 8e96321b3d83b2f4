#include "supervisor/jail.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/passed_files.hpp"
#include "os/pipe.hpp"
#include "privileged/answer.hpp"

#include <chrono>
#include <csignal>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/socket.h>
#include <unistd.h>

namespace banger::supervisor {
namespace fs = std::filesystem;
using os::Error;
using os::ErrorKind;
using os::UniqueFd;

namespace {

/// The helper gives up by itself after 30 s.
constexpr std::chrono::seconds answer_time{32};
constexpr std::chrono::seconds sending_time{5};
constexpr std::chrono::seconds farewell_time{2};

std::vector<UniqueFd> open_files(const vmm::SupervisorPlan& plan) {
    std::vector<UniqueFd> files;
    for (const vmm::ImageLock& file : plan.jail->files) {
        files.push_back(os::open_file(plan.dir / file.path, file.read_only ? O_RDONLY : O_RDWR));
    }
    return files;
}

/// What the helper, or sudo in its place, wrote to its standard error.
std::string words_from(const UniqueFd& errors) {
    std::array<char, 1024> buffer{};
    const ssize_t n = ::read(errors.get(), buffer.data(), buffer.size());
    return {buffer.data(), n > 0 ? static_cast<std::size_t>(n) : 0};
}

Error silent_end(const vmm::Jail& jail, JailedVmm& vmm, const UniqueFd& errors) {
    vmm.hold.reset();
    const auto status = vmm.helper.wait_for(farewell_time);
    return privileged::silent_end(jail.command, status, words_from(errors), jail.hint);
}

void take_answer(JailedVmm& vmm, os::LineWithFiles message) {
    const auto result = privileged::result_of(message.line);
    if (!result) {
        throw Error(ErrorKind::internal, "the privileged helper answers no JSON");
    }
    vmm.pid = result->value("pid", pid_t{0});
    if (vmm.pid <= 0 || message.files.size() != 1) {
        throw Error(ErrorKind::internal, "the privileged helper does not say where the VMM is");
    }
    vmm.sockets = std::move(message.files.front());
}

/// Nothing when the other end is gone.
std::optional<os::LineWithFiles> exchange(const UniqueFd& socket, const std::string& request,
                                          const std::vector<int>& files) {
    try {
        os::send_line(socket.get(), request, files, sending_time);
        return os::receive_line(socket.get(), answer_time);
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::timeout) {
            throw Error(ErrorKind::timeout, "the privileged helper starts no jail in time");
        }
        return std::nullopt;
    }
}

} // namespace

fs::path path_of(const UniqueFd& folder) {
    return "/proc/self/fd/" + std::to_string(folder.get());
}

JailedVmm enter_jail(const vmm::SupervisorPlan& plan, const std::array<int, 3>& streams,
                     const std::vector<UniqueFd>& locks) {
    const std::vector<UniqueFd> files = open_files(plan);
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        throw os::errno_error("make a socket pair");
    }
    UniqueFd ours(ends[0]);
    UniqueFd theirs(ends[1]);
    os::Pipe errors = os::make_pipe();
    ::fcntl(errors.read.get(), F_SETFL, O_NONBLOCK);

    os::SpawnOptions options;
    // As root the helper must not read a SUDO_UID that some outer sudo left.
    options.env = std::vector<std::string>{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"};
    options.stdin_fd = theirs.get();
    options.stdout_fd = theirs.get();
    options.stderr_fd = errors.write.get();
    JailedVmm vmm{os::Child::spawn(plan.jail->command, options), std::move(ours), {}, 0};
    theirs.reset();
    errors.write.reset();

    std::vector<int> passed(streams.begin(), streams.end());
    for (const auto* list : {&files, &locks}) {
        for (const UniqueFd& file : *list) {
            passed.push_back(file.get());
        }
    }
    try {
        auto answer = exchange(vmm.hold, plan.jail->request, passed);
        if (!answer) {
            throw silent_end(*plan.jail, vmm, errors.read);
        }
        take_answer(vmm, std::move(*answer));
    } catch (const Error&) {
        vmm.hold.reset(); // it takes back what it has made, and is not to be killed at that
        (void)vmm.helper.wait_for(farewell_time);
        throw;
    }
    return vmm;
}

} // namespace banger::supervisor
