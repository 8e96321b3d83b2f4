#include "cli/guest_exec.hpp"

#include "api_client/json.hpp"
#include "cli/console_text.hpp"
#include "cli/noun.hpp"
#include "cli/raw_terminal.hpp"

#include "os/error.hpp"
#include "os/exec_frames.hpp"
#include "os/file.hpp"
#include "os/unix_socket.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <map>
#include <optional>

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace banger::cli {
using os::exec_frame;
using os::ExecFrame;
using os::ExecFrames;
using os::most_exec_payload;

namespace {

constexpr std::chrono::milliseconds port_time{1000};

// A guest may never say that its program has ended. Who presses Ctrl-C again and again wants to
// leave it, and behind a terminal that is gone nobody would.
constexpr std::size_t signals_to_leave = 3;
constexpr std::chrono::seconds in_a_row{5}; ///< all of these
constexpr std::chrono::seconds hang_up_time{10};
using Clock = std::chrono::steady_clock;

constexpr int program_not_run = 126;
constexpr int program_not_found = 127;

const std::map<int, const char*> passed_on{
    {SIGINT, "INT"}, {SIGTERM, "TERM"}, {SIGHUP, "HUP"}, {SIGQUIT, "QUIT"}};

/// The signals that we pass on, as a descriptor; they do nothing else meanwhile.
class Signals {
  public:
    Signals() {
        sigset_t set;
        ::sigemptyset(&set);
        ::sigaddset(&set, SIGWINCH);
        for (const auto& [number, name] : passed_on) {
            ::sigaddset(&set, number);
        }
        ::pthread_sigmask(SIG_BLOCK, &set, &before_);
        fd_ = os::UniqueFd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
        if (!fd_) {
            throw os::errno_error("make a signalfd");
        }
    }
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;
    ~Signals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    [[nodiscard]] int fd() const noexcept { return fd_.get(); }
    [[nodiscard]] int take() const {
        signalfd_siginfo info{};
        return ::read(fd_.get(), &info, sizeof info) == sizeof info
                   ? static_cast<int>(info.ssi_signo)
                   : 0;
    }

  private:
    sigset_t before_{};
    os::UniqueFd fd_;
};

Json window_size() {
    winsize size{};
    if (::ioctl(STDIN_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0) {
        return {{"rows", 24}, {"columns", 80}};
    }
    return {{"rows", size.ws_row}, {"columns", size.ws_col}};
}

/// Our streams and the program's.
class Conversation {
  public:
    Conversation(const Session& session, GuestStreams streams, bool tty)
        : session_(session), stream_(std::move(streams.stream)), tty_(tty) {
        ::fcntl(stream_.get(), F_SETFL, O_NONBLOCK);
        frames_.feed(streams.first);
    }

    /// The exit status.
    int run() {
        std::optional<int> status = take_frames();
        while (!status) {
            std::array<pollfd, 3> entries{
                {{stream_.get(), static_cast<short>(out_.empty() ? POLLIN : POLLIN | POLLOUT), 0},
                 {signals_.fd(), POLLIN, 0},
                 // What the program does not take is not read.
                 {input_ended_ || !out_.empty() ? -1 : STDIN_FILENO, POLLIN, 0}}};
            if (::poll(entries.data(), entries.size(), left_ms()) < 0 && errno != EINTR) {
                throw os::errno_error("poll");
            }
            if (const int number = entries[1].revents != 0 ? signals_.take() : 0;
                !pass_signal(number)) {
                return 128 + number;
            }
            if (hang_up_ && left_ms() == 0) {
                return 128 + SIGHUP;
            }
            if (entries[2].revents != 0) {
                read_input();
            }
            send();
            if ((entries[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
                status = receive();
            }
        }
        return *status;
    }

  private:
    /// False: the program is to be left, which hangs it up.
    bool pass_signal(int number) {
        if (number == SIGWINCH && tty_) {
            out_ += exec_frame(ExecFrame::size, window_size().dump());
        } else if (const auto known = passed_on.find(number); known != passed_on.end()) {
            const auto now = Clock::now();
            std::erase_if(passed_, [&](auto at) { return now - at > in_a_row; });
            passed_.push_back(now);
            out_ += exec_frame(ExecFrame::signal, Json{{"signal", known->second}}.dump());
            if (number == SIGHUP && !hang_up_) {
                hang_up_ = now + hang_up_time;
            }
        }
        return passed_.size() < signals_to_leave;
    }
    /// For poll(2): until a program that was hung up is left.
    [[nodiscard]] int left_ms() const {
        if (!hang_up_) {
            return -1;
        }
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(*hang_up_ - Clock::now());
        return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
    }

    void read_input() {
        std::array<char, most_exec_payload> buffer; // NOLINT(*-init): filled by read
        const ssize_t n = ::read(STDIN_FILENO, buffer.data(), buffer.size());
        if (n < 0 && (errno == EINTR || errno == EAGAIN)) {
            return;
        }
        const std::size_t count = n > 0 ? static_cast<std::size_t>(n) : 0;
        input_ended_ = count == 0;
        out_ += exec_frame(ExecFrame::input, {buffer.data(), count});
    }

    void send() {
        if (out_.empty()) {
            return;
        }
        const ssize_t n = ::send(stream_.get(), out_.data(), out_.size(), MSG_NOSIGNAL);
        if (n > 0) {
            out_.erase(0, static_cast<std::size_t>(n));
        } else if (n < 0 && errno != EAGAIN && errno != EINTR) {
            out_.clear(); // it may have ended: what it said is still to be read
            input_ended_ = true;
        }
    }

    std::optional<int> receive() {
        std::array<char, 65536> buffer; // NOLINT(*-init): filled by recv
        const ssize_t n = ::recv(stream_.get(), buffer.data(), buffer.size(), 0);
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
            return std::nullopt;
        }
        if (n <= 0) {
            // Not "unavailable": it has begun, and is not to be begun again by another way.
            throw os::Error(os::ErrorKind::internal,
                            "the guest's agent went away before the program ended",
                            "banger vm show tells how the VM is");
        }
        frames_.feed({buffer.data(), static_cast<std::size_t>(n)});
        return take_frames();
    }

    std::optional<int> take_frames() {
        while (const auto frame = frames_.next()) {
            if (frame->type == ExecFrame::end) {
                return end_of(frame->payload);
            }
            os::write_all(frame->type == ExecFrame::output ? STDOUT_FILENO : STDERR_FILENO,
                          frame->payload, "what the program prints");
        }
        return std::nullopt;
    }

    [[nodiscard]] int end_of(const std::string& payload) const {
        const Json end = Json::parse(payload, nullptr, false);
        if (const auto error = text_at(end, "error"); !error.empty()) {
            // As a shell ends, and so the same command over SSH.
            session_.report({os::ErrorKind::not_found, plain_text(error)});
            return error.starts_with("no such program: ") ? program_not_found : program_not_run;
        }
        if (const auto signal = number_at(end, "signal")) {
            return 128 + static_cast<int>(std::clamp(*signal, 0.0, 127.0));
        }
        const double status = number_at(end, "exit").value_or(1);
        return status >= 0 && status <= 255 ? static_cast<int>(status) : 255;
    }

    const Session& session_;
    os::UniqueFd stream_;
    bool tty_;
    Signals signals_;
    ExecFrames frames_;
    std::string out_;
    bool input_ended_ = false;
    std::vector<Clock::time_point> passed_; ///< signals of late
    std::optional<Clock::time_point> hang_up_;
};

bool port_answers(const std::string& host, int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    const os::UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd || ::inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) {
        return true; // ssh says what is wrong
    }
    if (::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 &&
        errno != EINPROGRESS) {
        return false;
    }
    pollfd entry{fd.get(), POLLOUT, 0};
    return ::poll(&entry, 1, static_cast<int>(port_time.count())) == 1 &&
           (entry.revents & (POLLERR | POLLHUP)) == 0;
}

} // namespace

bool ssh_answers(const SshTarget& target) {
    if (!target.control_path.empty()) {
        try {
            (void)os::connect_unix(target.control_path);
            return true;
        } catch (const os::Error&) { // NOLINT(bugprone-empty-catch): there is none
        }
    }
    return port_answers(target.host, target.port);
}

GuestStreams start_in_guest(Session& session, const GuestProgram& program) {
    Json body{{"argv", program.argv}, {"cwd", "/root"}, {"tty", program.tty}};
    if (!program.user.empty()) {
        body["user"] = program.user;
    }
    if (program.tty) {
        body.update(window_size());
        if (const char* term = std::getenv("TERM"); term != nullptr) {
            body["env"] = {{"TERM", term}};
        }
    }
    api_client::Request request;
    request.method = "POST";
    request.target = vm_noun.target(program.vm) + "/exec";
    request.body = body.dump();
    request.upgrade = "banger-exec/1";
    try {
        api_client::Response response = session.api().open(request, head_time);
        if (response.status() != 101) {
            throw os::Error(os::ErrorKind::internal, "bangerd did not open the program's streams");
        }
        GuestStreams streams;
        streams.stream = response.take_stream(streams.first);
        return streams;
    } catch (const os::Error& error) {
        throw explained(session.api(), vm_noun, program.vm, error);
    }
}

int run_in_guest(Session& session, const GuestProgram& program) {
    GuestStreams streams = start_in_guest(session, program);
    std::optional<RawTerminal> raw;
    if (program.tty) {
        raw.emplace();
    }
    return Conversation(session, std::move(streams), program.tty).run();
}

} // namespace banger::cli
