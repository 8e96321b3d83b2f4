#include "console_view.hpp"

#include "http/percent.hpp"
#include "state/field.hpp"
#include "text.hpp"

#include <algorithm>
#include <deque>

namespace web {
namespace {

using nlohmann::json;

/// Of a larger log the rest is for the download.
constexpr std::size_t looked_at = 8U << 20U;
constexpr std::size_t at_once = 64U << 10U;

json run_model(const AnsiRun& run) {
    const bool plain = run.classes.empty();
    return {{"PLAIN", plain ? json{{"T", run.text}} : json(false)},
            {"INK", plain ? json(false) : json{{"C", run.classes}, {"T", run.text}}}};
}

/// Where the last so many lines begin.
std::size_t begin_of_last(std::string_view text, std::size_t lines) {
    std::size_t at = text.size();
    at -= !text.empty() && text.back() == '\n' ? 1 : 0;
    for (; lines > 0 && at > 0; --lines) {
        const std::size_t found = text.rfind('\n', at - 1);
        if (found == std::string_view::npos) {
            return 0;
        }
        at = found;
    }
    return at == 0 ? 0 : at + 1;
}

/// The lines that have q, at most so many of the last ones; how many there are at all.
std::deque<AnsiLine> matching(std::string_view text, const ConsoleWish& wish, std::size_t& count) {
    std::deque<AnsiLine> lines;
    AnsiText ansi; // piece by piece: a line of the log may be a large thing once it is taken apart
    while (!text.empty()) {
        const std::size_t line = text.find('\n', std::min(at_once, text.size() - 1));
        const std::size_t size = line == std::string_view::npos ? text.size() : line + 1;
        ansi.feed(text.substr(0, size));
        text.remove_prefix(size);
        for (AnsiLine& each : ansi.take()) {
            if (each.has(wish.q)) {
                ++count;
                lines.push_back(std::move(each));
            }
            if (lines.size() > wish.lines) {
                lines.pop_front();
            }
        }
    }
    return lines;
}

} // namespace

ConsoleFile console_file(const json& vm) {
    return ConsoleFile(field_text(field_object(vm, "paths"), "console"));
}

json console_runs(const std::vector<AnsiLine>& lines, const std::string& q, bool ended) {
    std::vector<AnsiRun> runs;
    const auto add = [&](const AnsiRun& run) {
        if (!runs.empty() && runs.back().classes == run.classes) {
            runs.back().text += run.text;
        } else {
            runs.push_back(run);
        }
    };
    for (std::size_t i = 0; i < lines.size(); ++i) {
        for (const AnsiRun& run : lines[i].runs(q)) {
            add(run);
        }
        if (ended || i + 1 < lines.size()) {
            add({"", "\n"});
        }
    }
    json list = json::array();
    for (const AnsiRun& run : runs) {
        list.push_back(run_model(run));
    }
    return list;
}

json log_view(std::string_view bytes, const ConsoleWish& wish) {
    std::string summary;
    std::vector<AnsiLine> lines;
    if (wish.q.empty()) {
        const std::size_t begin = begin_of_last(bytes, wish.lines);
        AnsiText ansi;
        ansi.feed(bytes.substr(begin));
        lines = ansi.take();
        summary = begin == 0 ? count_text(lines.size(), "line")
                             : "the last " + count_text(lines.size(), "line");
    } else {
        std::size_t count = 0;
        auto found = matching(bytes, wish, count);
        lines.assign(std::make_move_iterator(found.begin()), std::make_move_iterator(found.end()));
        summary =
            count_text(count, "line") + (count == 1 ? " has it" : " have it") +
            (count > lines.size() ? ", the last " + std::to_string(lines.size()) + " are shown"
                                  : "");
    }
    return {{"RUNS", console_runs(lines, wish.q, !bytes.empty() && bytes.back() == '\n')},
            {"EMPTY", lines.empty()},
            {"FILTERED", !wish.q.empty()},
            {"SUMMARY", summary}};
}

json console_view(const Daemon& daemon, banger::Call& call, const json& vm,
                  const ConsoleWish& wish) {
    std::optional<ConsoleFile::Piece> piece = console_file(vm).tail(looked_at);
    if (!piece) {
        const std::string target = "/v1/vms/" + percent_encode(field_text(vm, "name"));
        piece.emplace();
        piece->bytes = daemon.get_text(
            call,
            target + "/console?tail=" + std::to_string(std::min(wish.lines, std::size_t{10000})));
    }
    json view = log_view(piece->bytes, wish);
    view.update({{"FILE", piece->next.file}, {"NEXT", piece->next.offset}});
    return view;
}

} // namespace web
