#include "cli/daemon_start.hpp"

#include "os/child.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "os/unix_socket.hpp"

#include <algorithm>

#include <fcntl.h>
#include <unistd.h>

namespace banger::cli {
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

namespace {

constexpr std::size_t shown_lines = 10;

os::Error not_started(const DaemonFiles& files, const std::string& why) {
    std::vector<std::string> lines = os::tail_lines(files.output, shown_lines);
    if (lines.empty()) {
        lines = os::tail_lines(files.log, shown_lines);
    }
    return os::Error(os::ErrorKind::unavailable, "bangerd did not start: " + why,
                     "its log: " + files.log.string())
        .with_details(std::move(lines));
}

} // namespace

bool answers(const std::filesystem::path& socket) {
    try {
        const os::UniqueFd fd = os::connect_unix(socket);
        return static_cast<bool>(fd);
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
    os::Child child = os::Child::spawn({files.program.string()}, options);

    const auto deadline = Clock::now() + timeout;
    milliseconds pause{2};
    while (!answers(files.socket)) {
        if (const auto status = child.wait_for(pause)) {
            // It also ends when another bangerd won the race and is about to listen.
            const auto grace = Clock::now() + milliseconds(status->ok() ? 2000 : 300);
            while (!answers(files.socket)) {
                if (Clock::now() > grace) {
                    throw not_started(files, "it ended with " + status->text());
                }
                ::usleep(10000);
            }
            return;
        }
        if (Clock::now() > deadline) {
            child.release(); // it may still come up: leave it be
            throw not_started(files, "no answer after " + std::to_string(timeout.count()) + " ms");
        }
        pause = std::min(pause * 2, milliseconds(50));
    }
    child.release();
}

} // namespace banger::cli
