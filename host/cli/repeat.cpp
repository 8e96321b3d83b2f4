#include "cli/repeat.hpp"

#include "cli/console_text.hpp"
#include "cli/interrupt.hpp"
#include "cli/quantity.hpp"
#include "cli/session.hpp"

#include <cerrno>
#include <cmath>
#include <string_view>

#include <poll.h>

namespace banger::cli {
namespace {

constexpr std::string_view word_of_watch = "--watch";
constexpr double every_s = 2;
constexpr double shortest_s = 0.1;
constexpr double longest_s = 86400;

double seconds_in(const std::string& text) {
    try {
        const double seconds = parse_seconds(text);
        if (seconds < shortest_s || seconds > longest_s) {
            throw os::Error(os::ErrorKind::invalid, "from 100ms to a day, not " + text);
        }
        return seconds;
    } catch (const os::Error& error) {
        throw error.with_context(word_of_watch);
    }
}

/// What is missing may come back: a VM that is started again is not there for a moment.
int told(Session& session, const std::function<int()>& round) {
    try {
        return round();
    } catch (const os::Error& error) {
        if (error.kind() != os::ErrorKind::not_found && error.kind() != os::ErrorKind::conflict) {
            throw;
        }
        session.print(plain_line(error.what()) + "\n");
        return static_cast<int>(session.exit_code(error));
    }
}

/// False after Ctrl-C.
bool wait(Interrupt& interrupt, double seconds) {
    pollfd entry{interrupt.fd(), POLLIN, 0};
    if (::poll(&entry, 1, static_cast<int>(std::ceil(seconds * 1000))) < 0 && errno != EINTR) {
        throw os::errno_error("poll");
    }
    return !interrupt.taken();
}

} // namespace

std::optional<double> take_watch(std::vector<std::string>& words) {
    std::optional<double> seconds;
    for (auto word = words.begin(); word != words.end() && *word != "--";) {
        if (!word->starts_with(word_of_watch) ||
            (word->size() > word_of_watch.size() && (*word)[word_of_watch.size()] != '=')) {
            ++word;
            continue;
        }
        seconds = word->size() == word_of_watch.size()
                      ? every_s
                      : seconds_in(word->substr(word_of_watch.size() + 1));
        word = words.erase(word);
    }
    return seconds;
}

int repeat(Session& session, const std::optional<double>& seconds,
           const std::function<int()>& round) {
    if (!seconds) {
        return round();
    }
    session.api(); // before Ctrl-C is ours: starting the daemon may be interrupted
    Interrupt interrupt;
    for (bool first = true;; first = false) {
        if (session.out.tty) { // to the upper left, and nothing below; once the whole screen
            session.print(first ? "\x1b[H\x1b[2J" : "\x1b[H\x1b[J");
        } else if (!first) {
            session.print("\n");
        }
        const int code = first ? round() : told(session, round);
        session.flush();
        if (!wait(interrupt, *seconds)) {
            return code;
        }
    }
}

} // namespace banger::cli
