#include "check_view.hpp"

#include "http/percent.hpp"
#include "state/field.hpp"
#include "text.hpp"

#include <algorithm>
#include <array>

namespace web {
namespace {

using nlohmann::json;

struct Severity {
    const char *id, *text, *tone;
};
/// The worst first. What is none of them counts as a warning: somebody is to look at it.
constexpr std::array<Severity, 4> severities{{{"error", "error", "bad"},
                                              {"warning", "warning", "warn"},
                                              {"info", "for information", "idle"},
                                              {"ok", "in order", "good"}}};
constexpr std::size_t of_warning = 1;
constexpr std::size_t of_ok = 3;

std::size_t rank_of(const json& check) {
    const std::string severity = field_text(check, "severity");
    for (std::size_t i = 0; i < severities.size(); ++i) {
        if (severity == severities[i].id) {
            return i;
        }
    }
    return of_warning;
}

std::string id_of(const json& check) {
    return field_text(check, "source") + "." + field_text(check, "id");
}

json repair_of(const json& check) {
    json lines = json::array();
    for (const json& line : field_list(check, "repair")) {
        if (line.is_string()) {
            lines.push_back(line_text(line.get_ref<const std::string&>(), 400));
        }
    }
    return lines.empty() ? json(false)
                         : json{{"LINES", std::move(lines)}, {"COMMAND", "banger doctor --fix"}};
}

json check_row(const json& check) {
    const Severity& severity = severities.at(rank_of(check));
    const std::string id = id_of(check);
    const std::string source = line_in(check, "source", 40);
    const std::string title = line_in(check, "title", 400);
    const std::string cause = line_in(check, "cause", 4000);
    const std::string fix = rank_of(check) == of_ok ? "" : line_in(check, "fix", 4000);
    const json repair = repair_of(check);
    const bool repaired_so = repair.is_object() && repair.at("COMMAND") == fix;
    const json said = fix.empty() ? json(false) : json{{"VALUE", fix}};
    return {{"SEVERITY", severity.text},
            {"TONE", severity.tone},
            {"TITLE", title.empty() ? "it did not say what it found" : title},
            {"SOURCE", source == "banger" ? "" : source},
            {"CAUSE", cause.empty() ? json(false) : json{{"VALUE", cause}}},
            {"FIX", is_command(fix) ? json(false) : said},
            {"FIX_COMMAND", is_command(fix) && !repaired_so ? json{{"COMMAND", fix}} : json(false)},
            {"REPAIR", repair},
            {"AGAIN", rank_of(check) != of_ok},
            {"AGAIN_PATH", "/doctor?check=" + percent_encode(id)}};
}

std::string summary_of(const std::array<std::size_t, 4>& counts) {
    const std::size_t errors = counts[0];
    const std::size_t warnings = counts[of_warning];
    if (errors + warnings == 0) {
        return "Everything is in order.";
    }
    if (errors == 0) {
        return count_text(warnings, "warning") + "; VMs can run.";
    }
    return count_text(errors, "error") +
           (warnings == 0 ? "" : ", " + count_text(warnings, "warning")) + ".";
}

} // namespace

bool is_command(std::string_view fix) {
    constexpr std::array<std::string_view, 6> programs{"banger ",    "sudo ",   "make ",
                                                       "systemctl ", "sysctl ", "modprobe "};
    const bool begins =
        std::any_of(programs.begin(), programs.end(),
                    [&](std::string_view program) { return fix.starts_with(program); });
    // "banger daemon restart, then .." and "sudo -v (or ..)" tell about a command.
    constexpr std::array<std::string_view, 7> prose{", ",    ": ",   " (",   ". ",
                                                    " has ", " or ", " then"};
    return begins && std::none_of(prose.begin(), prose.end(), [&](std::string_view word) {
               return fix.find(word) != std::string_view::npos;
           });
}

json checks_page(const json& checks, std::string_view only) {
    std::vector<const json*> sorted;
    for (const json& check : checks) {
        if (check.is_object() && (only.empty() || id_of(check) == only)) {
            sorted.push_back(&check);
        }
    }
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const json* a, const json* b) { return rank_of(*a) < rank_of(*b); });
    json found = json::array();
    json good = json::array();
    std::array<std::size_t, 4> counts{};
    for (const json* check : sorted) {
        ++counts.at(rank_of(*check));
        (rank_of(*check) == of_ok ? good : found).push_back(check_row(*check));
    }
    const char* tone = counts[0] > 0 ? "bad" : counts[of_warning] > 0 ? "warn" : "good";
    const std::size_t all = found.size() + good.size();
    json page{{"SUMMARY", all == 0 ? "No check answered." : summary_of(counts)},
              {"SUMMARY_TONE", all == 0 ? "idle" : tone},
              {"ONLY", only.empty() ? json(false) : json{{"VALUE", line_text(only, 100)}}},
              {"ONLY_ID", only},
              {"NONE_SO", all == 0 && !only.empty()},
              {"COMMANDS", json::array({{{"COMMAND", "banger doctor"}},
                                        {{"COMMAND", "banger doctor --fix"}},
                                        {{"COMMAND", "banger doctor --leaks"}}})},
              {"FOUND", false},
              {"GOOD", false}};
    if (!found.empty()) {
        page["FOUND"] = {{"CHECKS", std::move(found)}};
    }
    if (!good.empty()) {
        page["GOOD"] = {{"GOOD_TEXT", count_text(good.size(), "check") + " in order"},
                        {"OPEN", !only.empty()},
                        {"CHECKS", std::move(good)}};
    }
    return page;
}

} // namespace web
