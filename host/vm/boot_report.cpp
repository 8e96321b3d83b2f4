#include "vm/boot_report.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

namespace banger::vm {
namespace {

constexpr std::size_t last_lines = 5;
constexpr std::size_t most_telling = 10;
constexpr std::string_view fatal = "banger-init: FATAL: ";
constexpr std::string_view of_init = "banger-init: ";
constexpr std::string_view init_reboots = "; rebooting"; ///< at the end of a line of init's
constexpr std::string_view panic = "Kernel panic - not syncing";

/// What every boot prints: microvm has no PCI bus, and its kernel says so at the level of errors.
constexpr std::array<std::string_view, 1> harmless{"PCI: Fatal: No config space access function"};

constexpr auto telling = std::to_array<std::string_view>(
    {panic, fatal, "BUG: ", "Oops", "Unable to ", "VFS: Cannot", "Out of memory", "[FAILED]",
     "Dependency failed", "Failed to ", "emergency mode", "rescue mode", "I/O error", "error: "});

struct Mark {
    std::string_view text;
    std::string_view progress;
};

/// The furthest first.
constexpr auto marks = std::to_array<Mark>({
    {"emergency mode", "the guest's systemd gave up and went into emergency mode"},
    {"rescue mode", "the guest's systemd gave up and went into rescue mode"},
    {" login:", "the guest came up to its login prompt"},
    {"systemd[1]:", "the guest's systemd was starting its services"},
    {"[  OK  ]", "the guest's systemd was starting its services"},
    {"[FAILED]", "the guest's systemd was starting its services"},
    {"Welcome to ", "the guest's systemd was starting its services"},
    {"banger-init:", "the guest's init was at work"},
});

template <class Words>
bool has_any(const std::string& line, const Words& words) {
    return std::any_of(words.begin(), words.end(),
                       [&](std::string_view word) { return line.find(word) != std::string::npos; });
}

bool blank(const std::string& line) {
    return line.find_first_not_of(' ') == std::string::npos;
}

/// From `word` on, in the last line that has it.
std::string said(const std::vector<std::string>& console, std::string_view word, bool with_word) {
    const auto line = std::find_if(console.rbegin(), console.rend(), [&](const auto& text) {
        return text.find(word) != std::string::npos;
    });
    return line == console.rend() ? std::string()
                                  : line->substr(line->find(word) + (with_word ? 0 : word.size()));
}

/// A kernel line without its "[    7.828710] ".
std::string without_time(const std::string& line) {
    const std::size_t end = line.find("] ");
    const bool time =
        line.starts_with('[') && end != std::string::npos &&
        line.substr(1, end - 1).find_first_not_of(" 0123456789.") == std::string::npos;
    return time ? line.substr(end + 2) : line;
}

std::string progress_of(const std::vector<std::string>& console, bool spoke) {
    for (const Mark& mark : marks) {
        const bool seen = std::any_of(console.begin(), console.end(), [&](const auto& line) {
            return line.find(mark.text) != std::string::npos;
        });
        if (seen) {
            return std::string(mark.progress);
        }
    }
    return console.empty() ? "the guest's kernel printed nothing"
           : spoke         ? "the guest's kernel started"
                           : "the guest's kernel started, and nothing was printed since";
}

} // namespace

BootReport boot_report(const std::vector<std::string>& console) {
    std::vector<std::string> heard; // without the lines that are blank
    std::vector<std::string> worth; // and without the harmless ones
    for (const std::string& line : console) {
        if (!blank(line)) {
            heard.push_back(line);
            if (!has_any(line, harmless)) {
                worth.push_back(line);
            }
        }
    }
    BootReport report;
    report.progress = progress_of(heard, !worth.empty());
    report.reason = said(heard, fatal, false);
    if (report.reason.empty()) {
        report.reason = said(heard, panic, true);
    }
    std::size_t room = most_telling;
    std::set<std::string> kept;
    for (std::size_t i = worth.size(); i-- > 0;) {
        if (!kept.insert(without_time(worth[i])).second) {
            continue; // said before: a service that is tried again and again
        }
        const bool last = report.lines.size() < last_lines;
        if (last || (room > 0 && has_any(worth[i], telling))) {
            room -= last ? 0 : 1;
            report.lines.push_back(std::move(worth[i]));
        }
    }
    std::reverse(report.lines.begin(), report.lines.end());
    return report;
}

std::string reboot_reason(const std::vector<std::string>& console) {
    std::string last;
    for (auto line = console.rbegin(); line != console.rend(); ++line) {
        if (line->starts_with(of_init) && line->ends_with(init_reboots)) {
            return line->substr(of_init.size(),
                                line->size() - of_init.size() - init_reboots.size());
        }
        if (last.empty() && !blank(*line)) {
            last = without_time(*line);
        }
    }
    return last.empty() ? "its console says nothing" : "its console ends with: " + last;
}

} // namespace banger::vm
