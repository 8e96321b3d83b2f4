#include "operation_view.hpp"

#include "about.hpp"
#include "actions/retries.hpp"
#include "http/percent.hpp"
#include "moment.hpp"
#include "object_of.hpp"
#include "operation_line.hpp"
#include "result_view.hpp"
#include "shown_lines.hpp"
#include "state/field.hpp"
#include "text.hpp"

#include <algorithm>

namespace web {
namespace {

using nlohmann::json;

constexpr std::size_t shown_log_lines = 400;
constexpr double least_rate_time = 1000; ///< ms; before that a rate says little

std::string took_text(const json& entry, const char* name) {
    const json& ms = field(entry, name);
    return ms.is_number() ? seconds_text(field_number(entry, name) / 1000) : std::string();
}

bool is_over_badly(const json& operation) {
    const std::string state = field_text(operation, "state");
    return state == "failed" || state == "cancelled" || state == "interrupted";
}

json or_false(std::string text) {
    return text.empty() ? json(false) : json{{"VALUE", std::move(text)}};
}

json lines_of(const json& list) {
    json lines = json::array();
    for (const json& each : list) {
        if (each.is_string()) {
            for (std::string& line : shown_lines(each.get_ref<const std::string&>())) {
                lines.push_back(std::move(line));
            }
        }
    }
    return lines;
}

json stage_rows(const json& operation) {
    const json& stages = field_list(operation, "stages");
    double all = field_number(operation, "elapsed_ms");
    double sum = 0;
    for (const json& stage : stages) {
        sum += field_number(stage, "ms");
    }
    all = std::max({all, sum, 1.0});
    json rows = json::array();
    double from = 0;
    for (const json& stage : stages) {
        const double ms = field_number(stage, "ms");
        const std::string state = line_in(stage, "state", 40);
        rows.push_back({{"NAME", line_in(stage, "name")},
                        {"STATE", state},
                        {"TONE", state == "done"      ? "good"
                                 : state == "running" ? "busy"
                                 : state == "failed"  ? "bad"
                                                      : "idle"},
                        {"TOOK", took_text(stage, "ms")},
                        {"FROM", static_cast<int>(from / all * 1000)},
                        {"WIDTH", std::max(3, static_cast<int>(ms / all * 1000))}});
        from += ms;
    }
    return rows;
}

json error_of(const json& operation) {
    const json& error = field(operation, "error");
    if (!error.is_object()) {
        return false;
    }
    const std::string message = line_in(error, "message", 2000);
    json lines = lines_of(field_list(error, "console"));
    json console = false;
    if (!lines.empty()) {
        console = {{"CONSOLE_TEXT", count_text(lines.size(), "line") + " that belong to it"},
                   {"LINES", std::move(lines)}};
    }
    return {{"MESSAGE", message.empty() ? "it did not say why" : message},
            {"KIND", or_false(line_in(error, "kind", 40))},
            {"HINT", or_false(line_in(error, "hint", 2000))},
            {"CONSOLE", std::move(console)}};
}

const char* classes_of(const std::string& level) {
    return level == "error" || level == "critical" ? "fg1 bold" : level == "warning" ? "fg3" : "";
}

json log_lines(const json& log) {
    json lines = json::array();
    const std::size_t first = log.size() - std::min(log.size(), shown_log_lines);
    for (std::size_t i = first; i < log.size(); ++i) {
        std::string clock = local_clock(field(log[i], "at"));
        for (std::string& line : shown_lines(field_text(log[i], "text"))) {
            lines.push_back({{"CLOCK", std::move(clock)},
                             {"CLASSES", classes_of(field_text(log[i], "level"))},
                             {"LINE", std::move(line)}});
            clock.clear(); // what follows is the same entry's
        }
    }
    return lines;
}

json privileged_steps(const json& operation) {
    json steps = json::array();
    std::size_t failed = 0;
    for (const json& step : field_list(operation, "privileged")) {
        const bool is_good = field_flag(step, "ok");
        failed += is_good ? 0 : 1;
        steps.push_back({{"COMMAND", line_in(step, "command", 2000)},
                         {"CLOCK", local_clock(field(step, "at"))},
                         {"TONE", is_good ? "good" : "bad"},
                         {"STATE", is_good ? "ok" : "failed"},
                         {"TOOK", took_text(step, "ms")}});
    }
    if (steps.empty()) {
        return false;
    }
    const std::string text = count_text(steps.size(), "step") +
                             (failed == 0 ? "" : ", " + std::to_string(failed) + " failed");
    return {{"STEPS", std::move(steps)}, {"STEPS_TEXT", text}};
}

json terminal_commands(const std::string& id, bool runs) {
    json commands = json::array();
    for (const char* verb : {"show", "watch", "cancel"}) {
        if (runs || std::string_view(verb) == "show") {
            commands.push_back({{"COMMAND", "banger op " + std::string(verb) + " " + id}});
        }
    }
    return commands;
}

} // namespace

std::string telling_stage(const json& operation) {
    for (const json& stage : field_list(operation, "stages")) {
        const std::string state = field_text(stage, "state");
        if (state == "failed" || state == "cancelled") {
            return line_in(stage, "name", 60);
        }
    }
    return is_under_way(operation) ? line_in(operation, "stage", 60) : std::string();
}

std::string done_text(const json& operation) {
    const json& progress = field(operation, "progress");
    const json& stages = field_list(operation, "stages");
    const std::uint64_t done = field_count(progress, "done");
    const std::uint64_t total = field_count(progress, "total");
    if (done == 0 && total == 0) {
        return {};
    }
    const bool is_bytes = field_text(progress, "unit") == "bytes";
    const auto amount = [&](std::uint64_t number) {
        return is_bytes ? bytes_text(number) : std::to_string(number);
    };
    std::string text = amount(done) + (total == 0 ? "" : " of " + amount(total));
    const double ms = stages.empty() ? 0 : field_number(stages.back(), "ms");
    if (ms < least_rate_time || done == 0) {
        return text;
    }
    const double rate = static_cast<double>(done) / ms * 1000;
    if (is_bytes) {
        text += ", " + bytes_text(static_cast<std::uint64_t>(rate)) + "/s";
    }
    if (total > done) {
        text += ", " + seconds_text(static_cast<double>(total - done) / rate) + " left";
    }
    return text;
}

std::string initiator_text(const json& operation) {
    const std::string who = line_in(operation, "initiator", 60);
    return who == "plugin web"       ? "web console"
           : who == "bangerd"        ? "banger itself"
           : who.starts_with("uid ") ? "command line"
                                     : who;
}

json operation_row(const json& operation, const Snapshot& now, const Retries& retries) {
    json row = operation_line(operation, now);
    const std::string path = row.at("PATH");
    const bool runs = row.at("RUNS");
    row.update(object_of({{"STAGE", telling_stage(operation)},
                          {"KNOWN", field_count(operation, "percent") > 0},
                          {"ABOUT", about_operation(operation, now)},
                          {"BEGAN", moment(field(operation, "created_at"), now.taken_at)},
                          {"TOOK", took_text(operation, "elapsed_ms")},
                          {"BY", initiator_text(operation)},
                          {"CANCEL", runs && field_text(operation, "state") != "cancelling"},
                          {"CANCEL_PATH", path + "/cancel"},
                          {"RETRY", no_retry(retries, operation).empty()},
                          {"RETRY_PATH", path + "/retry"}}));
    return row;
}

json operation_page(const json& operation, const Snapshot& now, const Retries& retries) {
    json page = operation_row(operation, now, retries);
    const bool runs = page.at("RUNS");
    const json& log = field_list(operation, "log");
    const std::string done = done_text(operation);
    json warnings = lines_of(field_list(operation, "warnings"));
    json stages = stage_rows(operation);
    const bool is_bad = is_over_badly(operation);
    page.update(
        {{"DONE", runs ? done : std::string()},
         {"CANCELLING", field_text(operation, "state") == "cancelling"},
         {"ERROR", error_of(operation)},
         {"NO_RETRY", or_false(is_bad ? no_retry(retries, operation) : std::string())},
         {"WARNINGS", warnings.empty() ? json(false)
                                       : json{{"TITLE", count_text(warnings.size(), "warning")},
                                              {"LINES", warnings}}},
         {"RESULT", result_view(operation, now)},
         {"NO_STAGES", or_false(stages.empty() ? "It has not begun yet, or has none." : "")},
         {"STAGES", std::move(stages)},
         {"KIND_TEXT", line_in(operation, "kind")},
         {"ABOUT_ONLY",
          or_false(page.at("ABOUT").is_object() ? std::string() : line_in(operation, "target"))},
         {"ENDED", moment(field(operation, "ended_at"), now.taken_at)},
         {"TOOK_LABEL", runs ? "Runs for" : "Took"},
         {"ASKED_BY", or_false(initiator_text(operation))},
         {"COMMANDS", terminal_commands(line_in(operation, "id"), runs)},
         {"OPEN_LOG", runs || is_bad},
         {"LOG_TEXT", log.empty() ? "nothing" : count_text(log.size(), "line")},
         {"LOG_PATH", page.at("PATH").get<std::string>() + "/log"},
         {"EARLIER",
          or_false(log.size() > shown_log_lines ? count_text(log.size() - shown_log_lines, "line") +
                                                      " before these are in the text."
                                                : std::string())},
         {"LOG", log.empty() ? json(false) : json{{"LINES", log_lines(log)}}},
         {"PRIVILEGED", privileged_steps(operation)},
         {"REFRESH", runs},
         {"EVERY", runs ? 3 : 0}});
    return page;
}

std::string operation_log(const json& operation) {
    std::string text;
    for (const json& line : field_list(operation, "log")) {
        const std::string before = line_in(line, "at", 40) + " " + line_in(line, "level", 20) + " ";
        for (const std::string& shown : shown_lines(field_text(line, "text"))) {
            text += before + shown + "\n";
        }
    }
    for (const json& step : field_list(operation, "privileged")) {
        text += line_in(step, "at", 40) + " as root: " + line_in(step, "command", 4000) +
                (field_flag(step, "ok") ? "" : " (failed)") + "\n";
    }
    const json& error = field_object(operation, "error");
    if (const std::string message = line_in(error, "message", 4000); !message.empty()) {
        text += "error: " + message + "\n";
    }
    for (const json& line : lines_of(field_list(error, "console"))) {
        text += "  " + line.get<std::string>() + "\n";
    }
    return text;
}

} // namespace web
