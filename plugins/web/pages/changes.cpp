#include "changes.hpp"

#include "actions/doing.hpp"
#include "http/own_path.hpp"
#include "http/percent.hpp"
#include "read_pages.hpp"
#include "shell_word.hpp"
#include "state/field.hpp"
#include "text.hpp"
#include "vm_detail.hpp"
#include "vm_line.hpp"

#include <algorithm>

namespace web {
namespace {

using nlohmann::json;

constexpr std::size_t most_shown = 1000;
constexpr std::size_t longest_search = 4096; ///< bytes, as a path

struct Kind {
    const char *id, *text, *tone;
};
constexpr Kind kinds[] = {{"added", "Added", "good"},
                          {"changed", "Changed", "warn"},
                          {"removed", "Removed", "bad"},
                          {"attributes", "Attributes", "idle"}};

/// Null: there is none of that name.
const Kind* find_kind(std::string_view id) {
    const auto* const found = std::find_if(std::begin(kinds), std::end(kinds),
                                           [&](const Kind& kind) { return id == kind.id; });
    return found == std::end(kinds) ? nullptr : found;
}

json row_view(const Changes::Row& row) {
    const Kind* kind = find_kind(row.change);
    return {{"CHANGE", line_text(row.change, 20)},
            {"TONE", kind == nullptr ? "idle" : kind->tone},
            {"TYPE", line_text(row.type, 20)},
            {"SIZE", row.bytes ? bytes_text(*row.bytes) : std::string()},
            {"FILE", line_text(row.path, 4200)}};
}

/// A kind of change as a link to it alone, with how many there are.
json chip(const std::string& page, std::string_view q, const char* id, const std::string& text,
          std::size_t count, bool current) {
    Params params;
    if (!q.empty()) {
        params.add("q", std::string(q));
    }
    if (*id != '\0') {
        params.add("change", id);
    }
    const std::string query = encoded(params);
    return {{"CHIP_PATH", query.empty() ? page : page + "?" + query},
            {"TEXT", text},
            {"COUNT", count},
            {"CURRENT", current}};
}

json table_of(const Changes::Found& found, const std::string& page, const Params& query) {
    const std::string_view q = query.get("q").size() <= longest_search ? query.get("q") : "";
    const Kind* kind_wanted = find_kind(query.get("change"));
    const std::string wanted = kind_wanted == nullptr ? "" : kind_wanted->id;
    std::map<std::string, std::size_t> counts;
    json rows = json::array();
    std::size_t all = 0;
    std::size_t matching = 0;
    for (const Changes::Row& row : found.rows) {
        if (row.path.find(q) == std::string::npos) {
            continue;
        }
        ++counts[row.change];
        ++all;
        if (!wanted.empty() && row.change != wanted) {
            continue;
        }
        if (++matching <= most_shown) {
            rows.push_back(row_view(row));
        }
    }
    json chips = json::array({chip(page, q, "", "All", all, wanted.empty())});
    for (const Kind& kind : kinds) {
        if (counts[kind.id] > 0 || wanted == kind.id) {
            chips.push_back(chip(page, q, kind.id, kind.text, counts[kind.id], wanted == kind.id));
        }
    }
    const bool is_part = found.more > 0 || !found.said.empty();
    const std::string first = "first " + std::to_string(found.rows.size()) +
                              " changes, which are kept here. There are others; the command has "
                              "more of them.";
    const std::string cut = matching <= most_shown
                                ? std::string()
                                : "The first " + std::to_string(most_shown) + " of " +
                                      std::to_string(matching) + " are shown.";
    return {{"Q", std::string(q)},
            {"CHANGE_WANTED", wanted},
            {"CHIPS", chips},
            {"ROWS", rows},
            {"ANY", !rows.empty()},
            {"NO_MATCH", rows.empty() && !found.rows.empty()
                             ? json{{"WHAT", is_part ? "No change is like that among the " + first
                                                     : "No change is like that."}}
                             : json(false)},
            {"SAME", found.rows.empty()},
            {"SHOWN", !found.rows.empty()},
            {"CUT", cut.empty() ? json(false) : json{{"VALUE", cut}}},
            {"MORE", is_part ? json{{"VALUE", "These are of the " + first}} : json(false)}};
}

Response show_changes(Site& site, banger::Call& call, const Request& request, const Snapshot& now,
                      const json& vm) {
    const std::string& name = request.args.at(0);
    const Changes::Seen seen = site.changes.seen(field_text(vm, "id"));
    json model = vm_top(vm, now, "changes");
    model.update(
        {{"COMMAND", "banger vm diff " + shell_word(name)},
         {"RUNS", field_text(vm, "state") == "running"},
         {"IS_COPY", field_text(vm, "disk_mode") == "copy"},
         {"TOPICS", seen.under_way ? "vms" : ""}}); // rows are not moved under their reader
    model.update(
        changes_view(seen, vm_path(name) + "/changes", request.query, Changes::Clock::now()));
    return show(site, call, request, {"vm_changes", "Changes · " + name, "vms", model});
}

/// No operation: it changes nothing, and nothing of the VM waits for it.
Response look_at(Site& site, banger::Call& call, const Request& request) {
    const std::string& name = request.args.at(0);
    const SnapshotPtr now = site.state.now(call);
    const json& vm = require_vm(*now, name);
    const std::string page = vm_path(name) + "/changes";
    const std::string why_not =
        site.changes.begin(field_text(vm, "id"), name, request.form.get("all") == "1");
    if (!why_not.empty()) {
        return show_refusal(site, call, request,
                            Problem(409, "busy", name + " is not looked at now: " + why_not,
                                    "look again in a moment"),
                            "", {page, "changes of " + name});
    }
    return went(request, {"", page});
}

} // namespace

json changes_view(const Changes::Seen& seen, const std::string& page, const Params& query,
                  Changes::Clock::time_point now) {
    json view{{"WAITING", seen.under_way},
              {"REFRESH", seen.under_way},
              {"EVERY", seen.under_way ? 1 : 0},
              {"NEVER", !seen.found && !seen.under_way},
              {"ALL", seen.found && seen.found->all},
              {"AT", false},
              {"PROBLEM", false},
              {"FOUND", false},
              {"SUBMIT", seen.found ? "Look again" : "Look"}};
    if (!seen.found || seen.under_way) {
        return view;
    }
    const Changes::Found& found = *seen.found;
    const double age = std::chrono::duration<double>(now - found.at).count();
    view["AT"] = {{"VALUE", age < 5 ? std::string("Looked at just now")
                                    : "Looked at " + seconds_text(age) + " ago"}};
    if (!found.problem.empty()) {
        view["PROBLEM"] = {{"MESSAGE", line_text(found.problem, 400)},
                           {"NEXT_STEP", line_text(found.hint, 400)}};
        return view;
    }
    view["FOUND"] = table_of(found, page, query);
    return view;
}

void add_changes(Router& router, Site& site) {
    router.add("GET", "/vms/{name}/changes", [&site](banger::Call& call, const Request& request) {
        return show_of_vm(site, call, request, show_changes);
    });
    router.add("POST", "/vms/{name}/changes", [&site](banger::Call& call, const Request& request) {
        return look_at(site, call, request);
    });
}

} // namespace web
