#include "agent.hpp"
#include "kernel_log.hpp"
#include "routes.hpp"
#include "source.hpp"
#include "words.hpp"

#include <algorithm>
#include <cerrno>
#include <deque>
#include <optional>

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

namespace agent {
namespace {

constexpr std::uint64_t most_lines = 100'000;
constexpr std::uint64_t usual_lines = 200;
constexpr std::uint64_t most_kernel_lines = 2000; // they wait in memory

struct LogWish {
    std::uint64_t lines;
    std::string unit;
    bool follow;
};

/// systemd's journal, as journalctl prints it.
class Journal final : public Exchange {
  public:
    Journal(Agent& agent, Session& session, LogWish wish)
        : agent_(agent), session_(session), wish_(std::move(wish)),
          seat_(agent.programs().seats().take()) {
        if (!seat_) {
            throw Refusal(Kind::busy, "too many programs run already");
        }
    }

    void body(std::string_view /*bytes*/) override {}

    void end() override {
        Pipe output;
        Launch launch;
        launch.argv = {"journalctl", "--no-pager", "--quiet",
                       "--lines=" + std::to_string(wish_.lines)};
        if (!wish_.unit.empty()) {
            launch.argv.push_back("--unit=" + wish_.unit);
        }
        if (wish_.follow) {
            launch.argv.emplace_back("--follow");
        }
        launch.out = output.write.get();
        launch.err = output.write.get();
        child_ = std::make_unique<Child>(agent_.loop(), launch, nullptr);
        session_.start("text/plain; charset=utf-8");
        source_.emplace(
            agent_.loop(), std::move(output.read), session_,
            [this](std::string_view bytes) { session_.write(bytes); },
            [this] { session_.finish(); });
    }

    void writable() override { source_->resume(); }

  private:
    Agent& agent_;
    Session& session_;
    LogWish wish_;
    std::optional<Seats::Seat> seat_;
    std::unique_ptr<Child> child_;
    std::optional<Source> source_;
};

/// The kernel's messages, for a guest without a journal.
class KernelLog final : public Exchange {
  public:
    KernelLog(Agent& agent, Session& session, LogWish wish)
        : agent_(agent), session_(session), wish_(std::move(wish)) {
        if (!wish_.unit.empty()) {
            throw Refusal(Kind::impossible, "this guest has no journal, so no log of a unit");
        }
    }

    void body(std::string_view /*bytes*/) override {}

    void end() override {
        file_ = Fd(::open("/dev/kmsg", O_RDONLY | O_CLOEXEC | O_NONBLOCK));
        if (!file_) {
            throw Refusal(Kind::impossible, "this guest shows no kernel log");
        }
        const std::size_t most = std::min(wish_.lines, most_kernel_lines);
        while (const auto line = next()) {
            lines_.push_back(*line);
            if (lines_.size() > most) {
                lines_.pop_front();
            }
        }
        session_.start("text/plain; charset=utf-8");
        session_.want_room();
    }

    void writable() override {
        while (!lines_.empty() && session_.room() > 0) {
            session_.write(lines_.front());
            lines_.pop_front();
        }
        if (!lines_.empty()) {
            session_.want_room();
        } else if (!wish_.follow) {
            session_.finish();
        } else if (!watch_) {
            watch_ = agent_.loop().watch(file_.get(), EPOLLIN, [this](std::uint32_t) {
                while (const auto line = session_.room() > 0 ? next() : std::nullopt) {
                    session_.write(*line);
                }
                if (session_.room() == 0) {
                    watch_.drop();
                    session_.want_room();
                }
            });
        }
    }

  private:
    /// Nullopt when there is no more now. A record that was overwritten meanwhile is skipped.
    std::optional<std::string> next() {
        std::string record(8192, '\0');
        for (;;) {
            const ssize_t n = ::read(file_.get(), record.data(), record.size());
            if (n >= 0) {
                return kernel_line(std::string_view(record).substr(0, static_cast<std::size_t>(n)));
            }
            if (errno != EPIPE && errno != EINTR) {
                return std::nullopt;
            }
        }
    }

    Agent& agent_;
    Session& session_;
    LogWish wish_;
    Fd file_;
    std::deque<std::string> lines_;
    Loop::Registration watch_;
};

bool is_unit_name(std::string_view name) {
    return name.size() <= 255 && std::all_of(name.begin(), name.end(), [](unsigned char c) {
               return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                      std::string_view(":-_.\\@").find(static_cast<char>(c)) !=
                          std::string_view::npos;
           });
}

} // namespace

std::unique_ptr<Exchange> open_journal(Agent& agent, Session& session, const Head& head) {
    LogWish wish{head.number("lines", usual_lines, 0, most_lines), head.parameter("unit"),
                 head.number("follow", 0, 0, 1) == 1};
    if (!is_unit_name(wish.unit)) {
        throw Refusal(Kind::invalid, "unit is no name of a unit");
    }
    if (::access("/run/systemd/journal/socket", F_OK) == 0) {
        return std::make_unique<Journal>(agent, session, std::move(wish));
    }
    return std::make_unique<KernelLog>(agent, session, std::move(wish));
}

} // namespace agent
