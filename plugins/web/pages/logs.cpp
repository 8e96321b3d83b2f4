#include "read_pages.hpp"

#include "console_view.hpp"
#include "log_bar.hpp"
#include "shell_word.hpp"
#include "state/field.hpp"
#include "text.hpp"
#include "vm_detail.hpp"
#include "vm_line.hpp"

#include <algorithm>
#include <charconv>
#include <set>

namespace web {
namespace {

using nlohmann::json;

constexpr std::size_t most_logs = 8; ///< on one page
constexpr std::size_t most_at_once = 256U << 10U;
constexpr std::size_t most_to_keep = 64U << 20U; ///< of a download

std::uint64_t number_of(const Params& query, std::string_view name) {
    const std::string_view text = query.get(name);
    std::uint64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

bool goes_on(const json& vm) {
    const std::string state = field_text(vm, "state");
    return state == "running" || state == "starting" || state == "stopping" || state == "paused";
}

Response show_log(Site& site, banger::Call& call, const Request& request, const Snapshot& now,
                  const json& vm) {
    const std::string& name = request.args.at(0);
    const ConsoleWish wish = wish_of(request.query, 500);
    json model = vm_top(vm, now, "logs");
    model.update(bar_model(request.query, wish));
    model.update(console_view(site.daemon, call, vm, wish));
    model.update({{"GOES_ON", goes_on(vm)},
                  {"COMMAND", "banger vm logs -f " + shell_word(name)},
                  {"TOPICS", ""}}); // a log is not fetched anew under its reader
    model["ENDED"] = !model.at("GOES_ON").get<bool>();
    return show(site, call, request, {"vm_logs", "Logs · " + name, "vms", model});
}

Response show_logs(Site& site, banger::Call& call, const Request& request) {
    const SnapshotPtr now = site.state.now(call);
    const ConsoleWish wish = wish_of(request.query, 200);
    const std::vector<std::string> wanted = request.query.all("vm");
    const std::set<std::string> chosen(wanted.begin(), wanted.end());
    json choices = json::array(), logs = json::array();
    for (const json& vm : now->vms) {
        const bool is_chosen = chosen.count(field_text(vm, "name")) != 0;
        json line = vm_line(vm, *now);
        line["CHOSEN"] = is_chosen;
        if (is_chosen && logs.size() < most_logs) {
            json log = line;
            log.update({{"PROBLEM", false}, {"GOES_ON", goes_on(vm)}});
            try {
                log.update(console_view(site.daemon, call, vm, wish));
            } catch (const Problem& problem) {
                log.update({{"RUNS", json::array()},
                            {"EMPTY", false},
                            {"FILTERED", false},
                            {"SUMMARY", ""},
                            {"FILE", 0},
                            {"NEXT", 0},
                            {"PROBLEM", {{"MESSAGE", line_text(problem.what(), 300)}}}});
            }
            logs.push_back(std::move(log));
        }
        choices.push_back(std::move(line));
    }
    json model = bar_model(request.query, wish);
    model.update({{"VMS", choices},
                  {"ANY", !choices.empty()},
                  {"NONE", choices.empty()},
                  {"LOGS", logs},
                  {"NOT_CHOSEN", logs.empty() && !choices.empty()},
                  {"COMMAND", "banger vm create --name testbox"},
                  {"TOO_MANY", chosen.size() > most_logs}});
    return show(site, call, request, {"logs", "Logs", "logs", model});
}

/// The whole log, to be kept.
Response download(const json& vm, const std::string& name) {
    const auto piece = console_file(vm).tail(most_to_keep);
    Response response = Response::text(piece ? piece->bytes : "");
    send_as_file(response, name, "console");
    return response;
}

/// What came since, as text or, for the page, as its pieces.
Response read_on(Site& site, const Request& request, const json& vm) {
    const ConsoleFile::Mark from{number_of(request.query, "file"),
                                 number_of(request.query, "from")};
    auto piece = console_file(vm).read(from, most_at_once);
    if (!piece) {
        piece.emplace();
        piece->next = from;
    }
    const std::string q(request.query.get("q").substr(0, 200));
    const std::size_t end = piece->bytes.rfind('\n');
    const bool full = piece->bytes.size() == most_at_once;
    if ((!q.empty() || full) && end != std::string::npos) { // the last line is not whole yet
        piece->next.offset -= piece->bytes.size() - (end + 1);
        piece->bytes.resize(end + 1);
    } else if (!q.empty() && !full) {
        piece->next.offset -= piece->bytes.size();
        piece->bytes.clear();
    }
    Response response;
    const bool whole = !piece->bytes.empty() && piece->bytes.back() == '\n';
    if (q.empty() && request.query.get("html") != "1") {
        response = Response::text(piece->bytes);
    } else {
        AnsiText ansi;
        ansi.feed(piece->bytes);
        std::vector<AnsiLine> lines = ansi.take();
        lines.erase(std::remove_if(lines.begin(), lines.end(),
                                   [&](const AnsiLine& line) { return !line.has(q); }),
                    lines.end());
        if (request.query.get("html") == "1") {
            response = Response::html(site.renderer.part(
                "console_piece", {{"RUNS", console_runs(lines, q, whole && !lines.empty())}}));
        } else {
            std::string text;
            for (const AnsiLine& line : lines) {
                text += line.plain() + "\n";
            }
            response = Response::text(text);
        }
    }
    response.headers.emplace_back("X-Banger-File", std::to_string(piece->next.file));
    response.headers.emplace_back("X-Banger-Next", std::to_string(piece->next.offset));
    if (piece->again) {
        response.headers.emplace_back("X-Banger-Again", "1");
    }
    return response;
}

Response give_log(Site& site, banger::Call& call, const Request& request) {
    const SnapshotPtr now = site.state.now(call);
    const json& vm = require_vm(*now, request.args.at(0));
    return request.query.has("from") ? read_on(site, request, vm)
                                     : download(vm, request.args.at(0));
}

} // namespace

void add_logs(Router& router, Site& site) {
    const auto add = [&](const char* pattern, auto handler) {
        router.add("GET", pattern, [&site, handler](banger::Call& call, const Request& request) {
            return handler(site, call, request);
        });
    };
    add("/logs", show_logs);
    add("/vms/{name}/logs", [](Site& of, banger::Call& call, const Request& request) {
        return show_of_vm(of, call, request, show_log);
    });
    add("/vms/{name}/log", give_log);
}

} // namespace web
