#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace banger::cli {

class Session;

/// What --watch does, for help.
inline constexpr const char* watch_help = "shows it again every 2 s, or TIME, until Ctrl-C";

/// Takes `--watch` or `--watch=TIME` out of the words of a verb: the seconds from one round to the
/// next; nothing when it is not among them. Throws invalid.
[[nodiscard]] std::optional<double> take_watch(std::vector<std::string>& words);

/// Runs `round` once, or again and again until Ctrl-C, which is a good end. On a terminal a round
/// takes the place of the one before; else an empty line stands between them. Returns the exit
/// code of the last round; an error ends it.
int repeat(Session& session, const std::optional<double>& seconds,
           const std::function<int()>& round);

} // namespace banger::cli
