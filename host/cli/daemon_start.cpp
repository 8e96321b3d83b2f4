#include "cli/daemon_start.hpp"

#include "os/child.hpp"
#include "os/daemon_exit.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "os/process.hpp"
#include "os/unix_socket.hpp"

#include <algorithm>
#include <optional>
#include <thread>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace banger::cli {
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

namespace {

constexpr std::size_t shown_lines = 10;
constexpr milliseconds retry_pause{100};

os::Error not_started(const DaemonFiles& files, const std::string& why,
                      const std::string& hint = {}) {
    std::vector<std::string> lines = os::tail_lines(files.output, shown_lines);
    if (lines.empty()) {
        lines = os::tail_lines(files.log, shown_lines);
    }
    return os::Error(os::ErrorKind::unavailable, "bangerd did not start: " + why,
                     hint.empty() ? "its log: " + files.log.string() : hint)
        .with_details(std::move(lines));
}

/// A process that was killed listens until the last of its threads is gone, and answers no more.
bool listener_lives(const os::UniqueFd& connection) {
    ucred peer{};
    socklen_t size = sizeof peer;
    if (::getsockopt(connection.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) {
        throw os::errno_error("look who listens");
    }
    const auto id = os::identify(peer.pid);
    return peer.pid == 0 || (id && id->alive()); // 0: of a pid namespace that we do not see
}

} // namespace

bool answers(const std::filesystem::path& socket) {
    try {
        return listener_lives(os::connect_unix(socket));
    } catch (const os::Error& error) {
        if (error.kind() == os::ErrorKind::unavailable) {
            return false;
        }
        throw;
    }
}

void start_daemon(const DaemonFiles& files, milliseconds timeout) {
    if (::access(files.program.c_str(), X_OK) != 0) {
        throw os::Error(os::ErrorKind::unavailable,
                        "bangerd is not running and " + files.program.string() + " is not there",
                        "install banger completely, or start bangerd yourself");
    }
    os::make_private_dir(files.output.parent_path());
    const os::UniqueFd output =
        os::open_file(files.output, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
    os::SpawnOptions options;
    options.cwd = "/"; // a daemon must not keep a file system busy
    options.stdout_fd = output.get();
    options.stderr_fd = output.get();
    options.new_session = true;
    const std::vector<std::string> command{files.program.string()};
    std::optional<os::Child> child = os::Child::spawn(command, options);

    const auto deadline = Clock::now() + timeout;
    milliseconds pause{2};
    while (!answers(files.socket)) {
        const auto status = child->wait_for(pause);
        if (Clock::now() > deadline) {
            child->release(); // it may still come up: leave it be
            throw not_started(files, "no answer after " + std::to_string(timeout.count()) + " ms");
        }
        if (status && status->code == os::already_running) {
            // Another one is about to listen, or to be gone.
            std::this_thread::sleep_for(retry_pause);
            if (!answers(files.socket)) {
                (void)::ftruncate(output.get(), 0); // what the last one said is no news
                child = os::Child::spawn(command, options);
            }
        } else if (status && status->code == os::bad_config) {
            throw not_started(files, "its config.yaml has errors",
                              "correct that; banger config check says when it is good");
        } else if (status) {
            throw not_started(files, "it ended with " + status->text());
        }
        pause = std::min(pause * 2, milliseconds(50));
    }
    child->release();
}

} // namespace banger::cli
