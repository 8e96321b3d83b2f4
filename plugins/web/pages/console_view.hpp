#pragma once

#include "render/ansi.hpp"
#include "state/console_file.hpp"
#include "state/daemon.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace web {

/// The console's log of a VM as a page shows it: its last lines, or of those that have `q` the
/// last.
struct ConsoleWish {
    std::string q;
    std::size_t lines = 500;
};

/// For templates/_console.tpl: {"RUNS","EMPTY","SUMMARY","FILE","FILTERED","NEXT"}. Throws Problem
/// where the log can be had neither from its file nor from the daemon.
[[nodiscard]] nlohmann::json console_view(const Daemon& daemon, banger::Call& call,
                                          const nlohmann::json& vm, const ConsoleWish& wish);

/// The same of any text of a guest: {"RUNS","EMPTY","SUMMARY","FILTERED"}.
[[nodiscard]] nlohmann::json log_view(std::string_view bytes, const ConsoleWish& wish);

/// Lines as pieces of text and <span>s: a list of {"PLAIN":{"T"}} and {"INK":{"C","T"}}, either one
/// false. ended: a line feed is behind the last one.
[[nodiscard]] nlohmann::json console_runs(const std::vector<AnsiLine>& lines, const std::string& q,
                                          bool ended);

[[nodiscard]] ConsoleFile console_file(const nlohmann::json& vm);

} // namespace web
