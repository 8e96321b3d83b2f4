#include "plugin/probe.hpp"

#include "os/child.hpp"
#include "os/deadline.hpp"
#include "os/error.hpp"
#include "os/pipe.hpp"
#include "os/signals.hpp"
#include "os/unique_fd.hpp"
#include "os/utf8.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <list>
#include <string>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

namespace banger::plugin {

namespace fs = std::filesystem;
using nlohmann::json;
using os::Error;
using os::ErrorKind;

namespace {

constexpr std::size_t most_output = 1U << 20U;
constexpr int clean_up_ms = 3000;

/// One process that opens one file.
class Run {
  public:
    Run(const fs::path& program, const Probe::File& file, std::size_t number,
        std::chrono::milliseconds timeout)
        : file_(file), number_(number), program_(program), timeout_(timeout),
          deadline_(std::chrono::steady_clock::now() + timeout), child_(spawn()) {}

    [[nodiscard]] std::size_t number() const noexcept { return number_; }
    [[nodiscard]] os::Deadline deadline() const noexcept { return deadline_; }
    [[nodiscard]] std::array<pollfd, 2> waits_for() const noexcept {
        return {{{out_.get(), POLLIN, 0}, {child_.pidfd().get(), POLLIN, 0}}};
    }

    /// True when it is over: it ended, its time did, or it says too much.
    [[nodiscard]] bool step() {
        const bool ended = ended_by_itself(); // looked at first: what it said is complete then
        drain();
        late_ = !ended && std::chrono::steady_clock::now() >= deadline_;
        return ended || late_ || said_.size() > most_output;
    }

    [[nodiscard]] std::optional<Probe::Refusal> verdict() {
        if (late_ || said_.size() > most_output) { // it ends what its plugin has started
            ::kill(child_.pid(), SIGTERM);
            pollfd fd{child_.pidfd().get(), POLLIN, 0};
            ::poll(&fd, 1, clean_up_ms);
        }
        ::kill(-child_.pid(), SIGKILL);
        const os::ExitStatus status = child_.wait();
        if (late_) { // which a machine under load may be the reason of: the next start asks again
            return refusal("opening it did not end within " + time_text() + "; its probe was ended",
                           false);
        }
        if (said_.size() > most_output) {
            return refusal("its probe said more than 1 MiB; it was ended", true);
        }
        if (status.signal != 0) {
            return refusal("opening it killed the probe with " + os::signal_name(status.signal),
                           true);
        }
        if (said_.empty() || status.code != 0) {
            return refusal("opening it ended the probe with " + status.text(), true);
        }
        return answer();
    }

  private:
    os::Child spawn() {
        os::Pipe pipe = os::make_pipe();
        out_ = std::move(pipe.read);
        ::fcntl(out_.get(), F_SETFL, O_NONBLOCK);
        os::SpawnOptions options;
        options.stdout_fd = pipe.write.get();
        options.new_session = true;
        options.die_with_parent = true;
        return os::Child::spawn(
            {program_.string(), "probe", file_.checked.real.string(), file_.name.string()},
            options);
    }

    [[nodiscard]] bool ended_by_itself() const {
        pollfd fd{child_.pidfd().get(), POLLIN, 0};
        return ::poll(&fd, 1, 0) > 0;
    }

    void drain() {
        std::array<char, 65536> buffer{};
        while (said_.size() <= most_output) {
            const ssize_t n = ::read(out_.get(), buffer.data(), buffer.size());
            if (n <= 0) {
                if (n == 0) {
                    out_.reset(); // poll() would not wait any more
                }
                return;
            }
            said_.append(buffer.data(), static_cast<std::size_t>(n));
        }
    }

    [[nodiscard]] std::string time_text() const {
        return timeout_.count() % 1000 == 0 ? std::to_string(timeout_.count() / 1000) + " s"
                                            : std::to_string(timeout_.count()) + " ms";
    }

    [[nodiscard]] Probe::Refusal refusal(const std::string& what, bool harmful) const {
        return {{ErrorKind::invalid, file_.name.string() + ": " + what,
                 "see it with: " + program_.string() + " probe " + file_.checked.real.string() +
                     "; get another version of the plugin, or switch it off"},
                harmful};
    }

    [[nodiscard]] std::optional<Probe::Refusal> answer() const {
        const json said = json::parse(said_, nullptr, false);
        try {
            if (said.contains("error")) {
                const json& error = said.at("error");
                return Probe::Refusal{{os::error_kind(error.at("kind").get<std::string>()),
                                       error.at("message").get<std::string>(),
                                       error.at("hint").get<std::string>()}};
            }
            if (said.at("descriptor").is_object()) {
                return std::nullopt;
            }
        } catch (const json::exception&) { // NOLINT(bugprone-empty-catch): told below
        }
        return refusal("its probe gave no usable answer: '" + os::one_line(said_, 100) + "'", true);
    }

    const Probe::File& file_;
    std::size_t number_;
    const fs::path& program_;
    std::chrono::milliseconds timeout_;
    os::Deadline deadline_;
    os::UniqueFd out_;
    std::string said_;
    bool late_ = false;
    os::Child child_;
};

/// Why a file cannot be looked at, and what to do about that.
Error cannot_begin(const fs::path& program, const Probe::File& file, const Error& error) {
    const std::string what =
        file.name.string() + ": it cannot be looked at before it is opened: " + error.what();
    std::error_code unknown;
    if (!fs::exists(program, unknown)) {
        return {error.kind(), what,
                "this installation is not complete: install banger again, with " +
                    program.string()};
    }
    return {error.kind(), what,
            error.hint().empty() ? "start the daemon again when the machine has room for it"
                                 : error.hint()};
}

/// Until one of them has something to say, or the time of one is over.
void wait_for_any(const std::list<Run>& runs) {
    std::vector<pollfd> fds;
    os::Deadline first = os::Deadline::max();
    for (const Run& run : runs) {
        const auto wanted = run.waits_for();
        fds.insert(fds.end(), wanted.begin(), wanted.end());
        first = std::min(first, run.deadline());
    }
    if (::poll(fds.data(), fds.size(), os::poll_time(first)) < 0 && errno != EINTR) {
        throw os::errno_error("poll");
    }
}

} // namespace

Probe::Probe(fs::path program, const fs::path& cache, std::chrono::milliseconds timeout)
    : program_(std::move(program)), cache_(cache, program_), timeout_(timeout) {}

std::vector<std::optional<Probe::Refusal>> Probe::ask(const std::vector<File>& files) {
    const std::size_t at_once = std::max(2U, std::thread::hardware_concurrency());
    std::vector<std::optional<Refusal>> verdicts(files.size());
    std::list<Run> runs;
    std::size_t next = 0;
    while (next < files.size() || !runs.empty()) {
        if (next < files.size() && runs.size() < at_once) {
            const File& file = files[next];
            if (!cache_.good(file.name, file.checked.identity)) {
                try {
                    runs.emplace_back(program_, file, next, timeout_);
                } catch (const Error& error) {
                    verdicts[next] = Refusal{cannot_begin(program_, file, error)};
                }
            }
            ++next;
            continue;
        }
        if (!runs.empty()) {
            wait_for_any(runs);
        }
        for (auto run = runs.begin(); run != runs.end();) {
            if (!run->step()) {
                ++run;
                continue;
            }
            const std::size_t number = run->number();
            verdicts[number] = run->verdict();
            if (!verdicts[number]) {
                cache_.add(files[number].name, files[number].checked.identity);
            }
            run = runs.erase(run);
        }
    }
    cache_.save();
    return verdicts;
}

} // namespace banger::plugin
