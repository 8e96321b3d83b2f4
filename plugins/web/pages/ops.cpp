#include "ops.hpp"

#include "http/percent.hpp"
#include "operation_view.hpp"
#include "read_pages.hpp"
#include "state/field.hpp"
#include "text.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace web {
namespace {

using nlohmann::json;

constexpr std::size_t rows_a_page = 100;

json choice(const std::string& id, const std::string& text, const std::string& chosen) {
    return {{"ID", id}, {"TEXT", text}, {"SELECTED", id == chosen}};
}

json state_choices(const std::string& chosen) {
    constexpr std::array<std::pair<const char*, const char*>, 5> states{
        {{"", "any"},
         {"unfinished", "under way"},
         {"succeeded", "succeeded"},
         {"failed", "failed"},
         {"cancelled", "cancelled"}}};
    json list = json::array();
    bool is_there = false;
    for (const auto& [id, text] : states) {
        list.push_back(choice(id, text, chosen));
        is_there = is_there || id == chosen;
    }
    if (!is_there) {
        list.push_back(choice(chosen, line_text(chosen, 40), chosen));
    }
    return list;
}

json kind_choices(const json& operations, const std::string& chosen) {
    std::set<std::string> kinds;
    for (const json& operation : operations) {
        kinds.insert(field_text(operation, "kind"));
    }
    kinds.insert(chosen);
    kinds.erase("");
    json list = json::array({choice("", "any", chosen)});
    for (const std::string& kind : kinds) {
        list.push_back(choice(kind, line_text(kind, 60), chosen));
    }
    return list;
}

json page_links(const OperationFilter& filter, std::size_t pages) {
    if (pages < 2) {
        return false;
    }
    return {{"NEWER", filter.page > 1},
            {"NEWER_PATH", filter.path(filter.page - 1)},
            {"OLDER", filter.page < pages},
            {"OLDER_PATH", filter.path(filter.page + 1)},
            {"PAGE_TEXT", "page " + std::to_string(filter.page) + " of " + std::to_string(pages)}};
}

/// As it is now: a snapshot has only some of them, and these without what is younger than it.
json get_operation(Site& site, banger::Call& call, const std::string& id) {
    return site.daemon.get(call, "/v1/operations/" + percent_encode(id));
}

Response show_operations(Site& site, banger::Call& call, const Request& request) {
    const SnapshotPtr now = site.state.now(call);
    const auto operations = site.state.operations(call);
    return show(site, call, request,
                {"ops", "Operations", "ops",
                 operations_page(*operations, OperationFilter::of(request.query), *now,
                                 site.kept.retries)});
}

Response show_operation(Site& site, banger::Call& call, const Request& request) {
    const json operation = get_operation(site, call, request.args.at(0));
    const SnapshotPtr now = site.state.now(call);
    return show(site, call, request,
                {"op", operation_text(operation) + " · Operations", "ops",
                 operation_page(operation, *now, site.kept.retries)});
}

Response send_operation_log(Site& site, banger::Call& call, const Request& request) {
    const std::string& id = request.args.at(0);
    Response response = Response::text(operation_log(get_operation(site, call, id)));
    // Not shown in place: what programs wrote stays text whatever a browser thinks of it.
    response.headers.emplace_back("Content-Disposition",
                                  "attachment; filename=\"" + percent_encode(id) + ".log\"");
    return response;
}

} // namespace

json operations_page(const json& operations, const OperationFilter& asked, const Snapshot& now,
                     const Retries& retries) {
    std::vector<const json*> wanted;
    for (const json& operation : operations) {
        if (operation.is_object() && asked.takes(operation)) {
            wanted.push_back(&operation);
        }
    }
    OperationFilter filter = asked;
    const std::size_t pages = (wanted.size() + rows_a_page - 1) / rows_a_page;
    filter.page = std::min(filter.page, std::max<std::size_t>(pages, 1));
    json rows = json::array();
    const std::size_t first = (filter.page - 1) * rows_a_page;
    for (std::size_t i = first; i < std::min(first + rows_a_page, wanted.size()); ++i) {
        rows.push_back(operation_row(*wanted[i], now, retries));
    }
    const std::string count = count_text(wanted.size(), "operation");
    const bool is_empty = operations.empty() && filter.is_any();
    json page{
        {"SHOWN", !wanted.empty()},
        {"COUNT", count},
        {"STATES", state_choices(filter.state)},
        {"KINDS", kind_choices(operations, filter.kind)},
        {"TARGET", filter.target},
        {"Q", filter.words},
        {"FILTERED", !filter.is_any()},
        {"EMPTY", is_empty ? json{{"COMMAND", "banger vm create --name testbox"}} : json(false)},
        {"NO_MATCH", wanted.empty() && !is_empty
                         ? json{{"WHAT", "Asked for: " + filter.text() + "."}}
                         : json(false)},
        {"TABLE", false},
        {"PAGES", page_links(filter, pages)}};
    if (!rows.empty()) {
        page["TABLE"] = {{"CAPTION", "Operations, newest first"}, {"ROWS", std::move(rows)}};
    }
    return page;
}

void add_ops(Router& router, Site& site) {
    const auto add = [&](const char* pattern, auto handler) {
        router.add("GET", pattern, [&site, handler](banger::Call& call, const Request& request) {
            return handler(site, call, request);
        });
    };
    router.add("GET", "/ops", kept(site, [&site](banger::Call& call, const Request& request) {
                   return show_operations(site, call, request);
               }));
    add("/ops/{id}", show_operation);
    add("/ops/{id}/log", send_operation_log);
}

} // namespace web
