#include "builder/tool.hpp"

#include "builder/interrupt.hpp"
#include "os/child.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "os/temporary_dir.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <sstream>
#include <vector>

namespace banger::bundle {
namespace {

using os::Error;
using os::ErrorKind;

constexpr std::array<std::pair<std::string_view, std::string_view>, 12> packages{{
    {"apt-cache", "apt"},
    {"apt-get", "apt"},
    {"chroot", "coreutils"},
    {"debugfs", "e2fsprogs"},
    {"env", "coreutils"},
    {"fakeroot", "fakeroot"},
    {"mke2fs", "e2fsprogs"},
    {"mmdebstrap", "mmdebstrap"},
    {"sh", "dash"},
    {"ssh-keygen", "openssh-client"},
    {"tar", "tar"},
    {"unshare", "util-linux"},
}};

std::string package_of(std::string_view program) {
    for (const auto& [name, package] : packages) {
        if (name == program) {
            return std::string(package);
        }
    }
    return std::string(program);
}

std::vector<std::string> last_lines(const std::string& text, std::size_t count) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        if (!line.empty()) {
            lines.push_back(line);
        }
    }
    if (lines.size() > count) {
        lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(count));
    }
    return lines;
}

/// Whether any process of the group is left.
bool group_exists(pid_t group) {
    return ::kill(-group, 0) == 0 || errno == EPERM;
}

void wait_for_group(pid_t group, std::chrono::seconds time) {
    const auto deadline = std::chrono::steady_clock::now() + time;
    while (group_exists(group) && std::chrono::steady_clock::now() < deadline) {
        ::poll(nullptr, 0, 20);
    }
}

/// Ends the tool as Ctrl-C in a terminal would, with all that it started: mmdebstrap then removes
/// its scratch tree.
void end_group(os::Child& child) {
    const pid_t group = child.pid();
    ::kill(-group, SIGINT);
    (void)child.wait_for(std::chrono::seconds(30));
    wait_for_group(group, std::chrono::seconds(20));
    ::kill(-group, SIGKILL);
}

/// Output goes through files: the tool never waits for us, and nothing of it is lost.
class OutputFile {
  public:
    explicit OutputFile(const std::filesystem::path& path)
        : path_(path), fd_(os::open_file(path, O_WRONLY | O_CREAT | O_TRUNC, 0600)) {}
    [[nodiscard]] int fd() const noexcept { return fd_.get(); }
    [[nodiscard]] std::string text() const { return os::read_file(path_, 256U << 20U); }

  private:
    std::filesystem::path path_;
    os::UniqueFd fd_;
};

} // namespace

std::string run_tool(const std::vector<std::string>& argv, const Interrupt& interrupt,
                     const std::optional<std::filesystem::path>& cwd) {
    if (!os::find_program(argv.at(0))) {
        throw Error(ErrorKind::unavailable, "the program " + argv[0] + " is not installed",
                    "apt-get install " + package_of(argv[0]));
    }
    const os::TemporaryDir scratch("banger-bundle");
    const OutputFile out(scratch.path() / "out");
    const OutputFile err(scratch.path() / "err");
    os::SpawnOptions options;
    options.cwd = cwd;
    options.stdout_fd = out.fd();
    options.stderr_fd = err.fd();
    options.new_session = true; // a process group of its own, to be ended as a whole
    os::Child child = os::Child::spawn(argv, options);
    std::array<pollfd, 2> entries{{{child.pidfd().get(), POLLIN, 0}, {interrupt.fd(), POLLIN, 0}}};
    while (::poll(entries.data(), entries.size(), -1) < 0 && errno == EINTR) {
    }
    if (entries[0].revents == 0) {
        end_group(child);
    }
    interrupt.check();
    const os::ExitStatus status = child.wait();
    if (status.ok()) {
        return out.text();
    }
    const std::string errors = err.text();
    const auto details = last_lines(errors.empty() ? out.text() : errors, 12);
    const bool full = errors.find("No space left on device") != std::string::npos;
    throw Error(full ? ErrorKind::exhausted : ErrorKind::unavailable,
                argv[0] + " failed (" + status.text() + ")" +
                    (details.empty() ? "" : ": " + details.back()),
                full ? "free some space on that file system and try again" : "")
        .with_details(details);
}

} // namespace banger::bundle
