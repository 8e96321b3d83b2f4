#include "account.hpp"
#include "agent.hpp"
#include "exec_frames.hpp"
#include "exec_request.hpp"
#include "json_text.hpp"
#include "proc_file.hpp"
#include "routes.hpp"
#include "simple_exchange.hpp"
#include "source.hpp"
#include "terminal.hpp"

#include <csignal>
#include <optional>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/epoll.h>
#include <sys/wait.h>

namespace agent {
namespace {

using nlohmann::json;

constexpr std::size_t longest_stdin = 32768; ///< waits for the program at most
constexpr char end_of_input = 4;             ///< a terminal's Ctrl-D

json how_it_ended(int status) {
    return WIFSIGNALED(status) ? json{{"signal", WTERMSIG(status)}}
                               : json{{"exit", WEXITSTATUS(status)}};
}

std::vector<std::string> environment_of(const Account& account, const ExecRequest& request) {
    const bool root = account.uid == 0;
    std::vector<std::string> out{
        "HOME=" + account.home, "USER=" + account.name, "LOGNAME=" + account.name,
        "SHELL=" + account.shell,
        root ? "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
             : "PATH=/usr/local/bin:/usr/bin:/bin"};
    if (request.tty) {
        out.emplace_back("TERM=xterm");
    }
    for (const std::string& wanted : request.environment) {
        const std::string name = wanted.substr(0, wanted.find('=') + 1);
        std::erase_if(out, [&](const std::string& one) { return one.starts_with(name); });
        out.push_back(wanted);
    }
    return out;
}

/// A program, from its start to the last frame.
class Exec final : public Exchange {
  public:
    Exec(Agent& agent, Session& session, const Head& head)
        : agent_(agent), session_(session), seat_(agent.programs().seats().take()),
          body_(session, head, [this](Session&, const std::string& body) { start(body); }) {
        if (head.upgrade != "banger-exec/1") {
            throw Refusal(Kind::invalid, "exec needs Upgrade: banger-exec/1");
        }
        if (!seat_) {
            throw Refusal(Kind::busy, "too many programs run already");
        }
    }

    ~Exec() override {
        out_.reset();
        err_.reset();
        in_ = Fd();
        if (child_ != nullptr && !told_) {
            agent_.programs().hang_up(std::move(child_), std::move(*seat_));
        }
    }

    void body(std::string_view bytes) override { body_.body(bytes); }
    void end() override { body_.end(); }
    bool input_ended() override { return true; }

    std::size_t frames(std::string_view bytes) override {
        std::string_view rest = bytes;
        while (!rest.empty() && stdin_.size() < longest_stdin) {
            if (const auto frame = reader_.take(rest)) {
                handle(*frame);
            }
        }
        return bytes.size() - rest.size();
    }

    void writable() override {
        if (status_) {
            wind_up();
            return;
        }
        for (const auto& source : {out_.get(), err_.get()}) {
            if (source != nullptr) {
                source->resume();
            }
        }
    }

  private:
    void start(const std::string& body) {
        const ExecRequest request = parse_exec_request(body);
        const auto account =
            find_account(request.user, read_proc("/etc/passwd"), read_proc("/etc/group"));
        if (!account) {
            throw Refusal(Kind::not_found, "no such user: " + request.user);
        }
        program_ = request.argv[0];
        Launch launch;
        launch.argv = request.argv;
        launch.environment = environment_of(*account, request);
        launch.cwd = request.cwd.empty() ? account->home : request.cwd;
        launch.account = account;
        if (request.tty) {
            start_on_terminal(launch, request);
        } else {
            start_on_pipes(launch);
        }
        session_.upgrade("banger-exec/1");
    }

    void start_on_terminal(Launch& launch, const ExecRequest& request) {
        Terminal terminal(request.rows, request.columns);
        launch.in = launch.out = launch.err = terminal.slave.get();
        launch.terminal = true;
        tty_ = true;
        run(launch);
        in_ = Fd(::fcntl(terminal.master.get(), F_DUPFD_CLOEXEC, 0));
        out_ = source(std::move(terminal.master), FrameType::out);
    }

    void start_on_pipes(Launch& launch) {
        Pipe in;
        Pipe out;
        Pipe err;
        launch.in = in.read.get();
        launch.out = out.write.get();
        launch.err = err.write.get();
        run(launch);
        in_ = std::move(in.write);
        make_nonblocking(in_);
        out_ = source(std::move(out.read), FrameType::out);
        err_ = source(std::move(err.read), FrameType::err);
    }

    void run(const Launch& launch) {
        child_ = std::make_unique<Child>(agent_.loop(), launch, [this](int status) {
            status_ = status;
            wind_up();
        });
    }

    std::unique_ptr<Source> source(Fd fd, FrameType type) {
        return std::make_unique<Source>(
            agent_.loop(), std::move(fd), session_,
            [this, type](std::string_view bytes) { session_.write(make_frame(type, bytes)); },
            [] {});
    }

    void handle(const ExecFrame& frame) {
        switch (static_cast<FrameType>(frame.type)) {
        case FrameType::in:
            if (frame.payload.empty()) {
                stdin_ended_ = true;
            } else if (!stdin_ended_) {
                stdin_ += frame.payload;
            }
            push_input();
            return;
        case FrameType::size:
            if (const auto size = parse_window_size(frame.payload); size && tty_ && in_) {
                resize(in_, size->rows, size->columns);
            }
            return;
        case FrameType::signal:
            if (const auto number = parse_signal(frame.payload); number && !child_->ended()) {
                child_->signal_group(*number);
            }
            return;
        case FrameType::out:
        case FrameType::err:
        case FrameType::end:
            break;
        }
        throw Refusal(Kind::invalid, "no frame of the host");
    }

    /// As much as the program takes.
    void push_input() {
        while (in_ && !stdin_.empty()) {
            const ssize_t n = ::write(in_.get(), stdin_.data(), stdin_.size());
            if (n < 0 && errno == EAGAIN) {
                if (!watch_in_) {
                    watch_in_ = agent_.loop().watch(in_.get(), EPOLLOUT, [this](std::uint32_t) {
                        push_input();
                        session_.go_on();
                    });
                }
                return;
            }
            if (n < 0 && errno != EINTR) {
                close_input(); // it reads no more
                return;
            }
            stdin_.erase(0, n > 0 ? static_cast<std::size_t>(n) : 0);
        }
        watch_in_.drop();
        if (stdin_ended_ && tty_ && in_ && !input_closed_) {
            (void)!::write(in_.get(), &end_of_input, 1);
            input_closed_ = true; // the terminal stays, for its size
        } else if (!in_ || (stdin_ended_ && !tty_)) {
            close_input();
        }
    }

    void close_input() {
        watch_in_.drop();
        in_ = Fd();
        stdin_.clear();
        stdin_ended_ = true;
    }

    /// The program is gone: what it wrote goes out, as the client reads, then how it ended. What it
    /// left running keeps its pipes and is not waited for.
    void wind_up() {
        watch_in_.drop();
        for (const auto& source : {out_.get(), err_.get()}) {
            if (source != nullptr && !source->drain()) {
                return; // writable() comes
            }
        }
        out_.reset();
        err_.reset();
        close_input();
        const std::string failure = child_->failure();
        const json result = failure.empty() ? how_it_ended(*status_)
                            : failure == "No such file or directory"
                                ? json{{"error", "no such program: " + program_}}
                                : json{{"error", program_ + ": " + failure}};
        told_ = true;
        session_.write(make_frame(FrameType::end, to_text(result)));
        session_.finish();
    }

    Agent& agent_;
    Session& session_;
    std::optional<Seats::Seat> seat_;
    SimpleExchange body_;
    std::string program_;
    FrameReader reader_;
    std::string stdin_;
    bool stdin_ended_ = false;
    bool input_closed_ = false;
    bool tty_ = false;
    bool told_ = false;
    std::optional<int> status_;
    std::unique_ptr<Child> child_;
    Fd in_;
    std::unique_ptr<Source> out_;
    std::unique_ptr<Source> err_;
    Loop::Registration watch_in_;
};

} // namespace

std::unique_ptr<Exchange> open_exec(Agent& agent, Session& session, const Head& head) {
    return std::make_unique<Exec>(agent, session, head);
}

} // namespace agent
