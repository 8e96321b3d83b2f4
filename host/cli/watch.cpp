#include "cli/watch.hpp"

#include "api_client/json.hpp"
#include "cli/console_text.hpp"
#include "cli/daemon_start.hpp"
#include "cli/interrupt.hpp"
#include "cli/noun.hpp"
#include "cli/operation.hpp"
#include "cli/progress.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <chrono>

#include <poll.h>
#include <unistd.h>

namespace banger::cli {
namespace {

constexpr int most_silent_ends = 20;
constexpr const char* question =
    "cancel it, or leave it running? [c/l] and Enter (Enter alone: go on; Ctrl-C again: cancel it)";
using Clock = std::chrono::steady_clock;

void write_error(std::string_view text) {
    while (!text.empty()) {
        const ssize_t n = ::write(STDERR_FILENO, text.data(), text.size());
        if (n < 0 && errno != EINTR) {
            return; // nobody reads our progress: the work goes on
        }
        text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
    }
}

/// The changes that run, their event streams, and what is shown of them.
class Watch {
  public:
    Watch(Session& session, const char* noun, std::size_t count)
        : session_(session), noun_(noun), outcomes_(count), streams_(count),
          progress_(session.err, count, write_error) {}

    void begin(std::size_t index, const Change& change);
    void run();
    [[nodiscard]] std::vector<Outcome> take() { return std::move(outcomes_); }

  private:
    struct Stream {
        std::string id; ///< of the operation; empty when nothing is to be watched (any more)
        std::optional<api_client::Response> events;
        std::string rest; ///< the begin of a line
        Clock::time_point began;
        bool fresh = false; ///< what came with the head waits in the parser
        int silent_ends = 0;
        bool job = false; ///< of a plugin
    };

    void follow(Stream& stream);
    void receive(std::size_t index);
    void news(std::size_t index, const Json& json);
    void reconnect(std::size_t index);
    void end(std::size_t index);
    void interrupted();
    [[nodiscard]] bool may_ask() const;
    void answered();
    void cancel();
    void leave(const char* what_goes_on);
    [[nodiscard]] bool busy() const;
    [[nodiscard]] std::string label(const std::string& name) const {
        return std::string(noun_) + (name.empty() ? "" : " ") + name;
    }

    Session& session_;
    const char* noun_;
    std::vector<Outcome> outcomes_;
    std::vector<Stream> streams_;
    Interrupt interrupt_;
    Progress progress_;
    bool cancelling_ = false;
};

void Watch::begin(std::size_t index, const Change& change) {
    Outcome& outcome = outcomes_[index];
    outcome.name = change.name;
    streams_[index].began = Clock::now();
    Json answer;
    try {
        answer = change.begin();
    } catch (const os::Error& error) {
        outcome.error = in_flags(error);
        end(index);
        return;
    }
    const auto operation = operation_of(answer);
    if (!operation) {
        outcome.last = answer;
        return;
    }
    streams_[index].id = operation->id;
    try {
        follow(streams_[index]);
        news(index, answer);
    } catch (const os::Error&) { // it went away as soon as it had answered
        reconnect(index);
    }
}

void Watch::follow(Stream& stream) {
    api_client::Request request;
    request.target = operation_noun.target(stream.id) + "/events";
    stream.rest.clear();
    stream.fresh = true;
    stream.events.emplace(session_.api().open(request, head_time));
}

void Watch::news(std::size_t index, const Json& json) {
    const auto operation = operation_of(json);
    if (!operation) {
        return;
    }
    Outcome& outcome = outcomes_[index];
    outcome.last = json;
    outcome.seconds = operation->elapsed;
    streams_[index].job = operation->kind.find('.') != std::string::npos;
    if (outcome.name.empty()) {
        outcome.name = operation->target;
    }
    progress_.update(index, label(outcome.name), *operation);
    if (operation->over()) {
        outcome.error = error_of(json);
        outcome.interrupted = cancelling_ && operation->state == "cancelled";
        end(index);
    }
}

void Watch::end(std::size_t index) {
    Stream& stream = streams_[index];
    stream.id.clear();
    stream.events.reset();
    if (outcomes_[index].seconds <= 0) {
        outcomes_[index].seconds =
            std::chrono::duration<double>(Clock::now() - stream.began).count();
    }
    progress_.finish(index);
}

void Watch::receive(std::size_t index) {
    Stream& stream = streams_[index];
    stream.fresh = false;
    std::string arrived;
    bool more = false;
    try {
        more = stream.events->receive([&](std::string_view part) { arrived += part; });
    } catch (const os::Error&) {
        more = false; // reconnect() tells the difference
    }
    stream.rest += arrived;
    stream.silent_ends = arrived.empty() ? stream.silent_ends : 0;
    std::size_t at = 0;
    for (std::size_t end = stream.rest.find('\n'); end != std::string::npos && !stream.id.empty();
         end = stream.rest.find('\n', at)) {
        const std::string line = stream.rest.substr(at, end - at);
        at = end + 1;
        if (!line.empty()) {
            news(index, api_client::parsed(line, "operation events"));
        }
    }
    stream.rest.erase(0, at);
    if (!more && !stream.id.empty()) {
        reconnect(index);
    }
}

/// The stream ended before the operation did: the daemon went away or was restarted. A new one
/// finishes or undoes what the old one had begun, under the same operation id.
void Watch::reconnect(std::size_t index) {
    Stream& stream = streams_[index];
    try {
        if (++stream.silent_ends > most_silent_ends) {
            throw os::Error(os::ErrorKind::internal, "its events end at once");
        }
        ::usleep(100000);
        if (!answers(session_.paths().socket())) {
            progress_.say("bangerd went away; looking for it again");
            session_.restart_api();
        }
        const Json now = session_.api().get(operation_noun.target(stream.id));
        follow(stream);
        news(index, now);
    } catch (const os::Error& error) {
        outcomes_[index].error = os::Error(error.kind(),
                                           label(outcomes_[index].name) +
                                               ": lost sight of the operation: " + error.what(),
                                           "banger op watch " + stream.id)
                                     .with_details(error.details());
        end(index);
    }
}

void Watch::leave(const char* what_goes_on) {
    for (std::size_t i = 0; i < streams_.size(); ++i) {
        if (!streams_[i].id.empty()) {
            outcomes_[i].left_running = true;
            progress_.say(label(outcomes_[i].name) + ": " + what_goes_on +
                          " goes on without you; see it with: banger op watch " + streams_[i].id);
            end(i);
        }
    }
}

void Watch::cancel() {
    cancelling_ = true;
    progress_.say("cancelling, and waiting until everything is undone (Ctrl-C again: leave it)");
    for (std::size_t i = 0; i < streams_.size(); ++i) {
        if (streams_[i].id.empty()) {
            continue;
        }
        try {
            session_.api().post(operation_noun.target(streams_[i].id) + "/cancel");
        } catch (const os::Error& error) {
            progress_.say(label(outcomes_[i].name) + ": cannot be cancelled: " + error.what());
        }
    }
}

/// Where somebody sees the question and can answer it, and all that is under way are jobs.
bool Watch::may_ask() const {
    return session_.in_is_tty && session_.err.tty &&
           std::all_of(streams_.begin(), streams_.end(),
                       [](const Stream& stream) { return stream.id.empty() || stream.job; });
}

void Watch::interrupted() {
    if (cancelling_) {
        leave("the undoing");
    } else if (progress_.asking() || !may_ask()) {
        progress_.answered();
        cancel();
    } else {
        progress_.ask(question);
    }
}

/// Enter alone: it is watched on. Another word: the question again.
void Watch::answered() {
    std::array<char, 256> bytes; // NOLINT(*-init): filled by read
    const ssize_t n = ::read(STDIN_FILENO, bytes.data(), bytes.size());
    const char first = n > 0 ? bytes[0] : '\n';
    progress_.answered();
    if (first == 'c' || first == 'C') {
        cancel();
    } else if (first == 'l' || first == 'L') {
        leave("it");
    } else if (first == '\n') {
        progress_.say("it goes on, and is watched");
    } else {
        progress_.ask(question);
    }
}

bool Watch::busy() const {
    return std::any_of(streams_.begin(), streams_.end(),
                       [](const Stream& stream) { return !stream.id.empty(); });
}

void Watch::run() {
    while (busy()) {
        std::vector<pollfd> entries{{interrupt_.fd(), POLLIN, 0},
                                    {progress_.asking() ? STDIN_FILENO : -1, POLLIN, 0}};
        bool fresh = false;
        for (const Stream& stream : streams_) {
            // A negative descriptor makes poll skip its entry.
            entries.push_back({stream.events ? stream.events->fd() : -1, POLLIN, 0});
            fresh = fresh || (!stream.id.empty() && stream.fresh);
        }
        const auto wait = fresh ? std::chrono::milliseconds(0) : progress_.interval();
        const int ready = ::poll(entries.data(), entries.size(), static_cast<int>(wait.count()));
        if (ready < 0 && errno != EINTR) {
            throw os::errno_error("poll");
        }
        const bool answer = entries[1].revents != 0;
        if (interrupt_.taken()) {
            interrupted();
        } else if (answer) {
            answered();
        }
        for (std::size_t i = 0; i < streams_.size(); ++i) {
            if (!streams_[i].id.empty() && (entries[i + 2].revents != 0 || streams_[i].fresh)) {
                receive(i);
            }
        }
        if (ready == 0 && !fresh) {
            progress_.tick();
        }
    }
}

bool has_word(const std::string& text, const std::string& word) {
    const auto inside = [&](std::size_t at) {
        return at < text.size() &&
               (std::isalnum(static_cast<unsigned char>(text[at])) != 0 || text[at] == '-');
    };
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
        if ((at == 0 || !inside(at - 1)) && !inside(at + word.size())) {
            return true;
        }
    }
    return false;
}

} // namespace

std::vector<Outcome> carry_out(Session& session, const char* noun,
                               const std::vector<Change>& changes) {
    session.api(); // before Ctrl-C is ours: starting the daemon may be interrupted
    Watch watch(session, noun, changes.size());
    for (std::size_t i = 0; i < changes.size(); ++i) {
        watch.begin(i, changes[i]);
    }
    watch.run();
    return watch.take();
}

int conclude(const Session& session, const std::vector<Outcome>& outcomes) {
    ExitCode code = ExitCode::ok;
    for (const Outcome& outcome : outcomes) {
        if (outcome.left_running) {
            code = ExitCode::interrupted;
        }
        for (const Json& warning : value_at(outcome.last, "warnings")) {
            session.note(session.err.yellow("warning:") + " " + plain_text(plain(warning)));
        }
        if (!outcome.error) {
            continue;
        }
        const bool named = outcome.name.empty() || has_word(outcome.error->what(), outcome.name);
        session.report(named ? *outcome.error : outcome.error->with_context(outcome.name));
        const ExitCode own =
            outcome.interrupted ? ExitCode::interrupted : session.exit_code(*outcome.error);
        // One reason for all, or just "failed".
        code = code == ExitCode::ok || code == own || own == ExitCode::interrupted ? own
               : code == ExitCode::interrupted                                     ? code
                                               : ExitCode::failed;
    }
    return as_int(code);
}

} // namespace banger::cli
