#include "journal.hpp"

#include "http/own_path.hpp"
#include "log_bar.hpp"
#include "read_pages.hpp"
#include "shell_word.hpp"
#include "state/field.hpp"
#include "text.hpp"
#include "vm_detail.hpp"
#include "vm_line.hpp"

namespace web {
namespace {

using nlohmann::json;

Journals::Wish journal_wish(const json& vm, const Params& query, std::size_t lines) {
    return {field_text(vm, "id"), field_text(vm, "name"),
            std::string(query.get("unit").substr(0, 256)), lines};
}

std::string journal_command(const Journals::Wish& wish) {
    return "banger vm exec " + shell_word(wish.vm_name) + " -- journalctl -n " +
           std::to_string(wish.lines) +
           (wish.unit.empty() ? std::string() : " -u " + shell_word(wish.unit));
}

std::string download_path(const Journals::Wish& wish) {
    Params params;
    params.add("unit", wish.unit);
    params.add("lines", std::to_string(wish.lines));
    return vm_path(wish.vm_name) + "/journal.txt?" + encoded(params);
}

Response show_journal(Site& site, banger::Call& call, const Request& request, const Snapshot& now,
                      const json& vm) {
    const std::string& name = request.args.at(0);
    const ConsoleWish wish = wish_of(request.query, 500);
    const Journals::Wish wanted = journal_wish(vm, request.query, wish.lines);
    const bool runs = field_text(vm, "state") == "running";
    json model = vm_top(vm, now, "journal");
    model.update(bar_model(request.query, wish));
    model.update({{"READABLE", runs},
                  {"STOPPED", !runs},
                  {"LOGS_PATH", vm_path(name) + "/logs"},
                  {"UNIT", wanted.unit},
                  {"DOWNLOAD_PATH", download_path(wanted)},
                  {"COMMAND", journal_command(wanted)},
                  {"TOPICS", ""}}); // a log is not fetched anew under its reader
    model.update(journal_view(runs ? site.journals.look(wanted) : Journals::Seen(), wish,
                              Journals::Clock::now()));
    return show(site, call, request, {"vm_journal", "Journal · " + name, "vms", model});
}

Response send_journal(Site& site, banger::Call& call, const Request& request) {
    const SnapshotPtr now = site.state.now(call);
    const json& vm = require_vm(*now, request.args.at(0));
    const Journals::Wish wanted =
        journal_wish(vm, request.query, wish_of(request.query, 500).lines);
    const Journals::Seen seen = site.journals.look(wanted);
    if (!seen.found || !seen.found->problem.empty()) {
        throw Problem(503, "unavailable",
                      seen.found ? seen.found->problem : "the guest has not answered yet",
                      seen.found ? seen.found->hint : "try again in a moment");
    }
    Response response = Response::text(seen.found->text);
    send_as_file(response, wanted.vm_name, "journal");
    return response;
}

} // namespace

json journal_view(const Journals::Seen& seen, const ConsoleWish& wish,
                  Journals::Clock::time_point now) {
    const bool waits = !seen.found && seen.under_way;
    json view{{"WAITING", waits}, {"REFRESH", waits}, {"EVERY", waits ? 2 : 0},
              {"LATE", false},    {"PROBLEM", false}, {"LOG", false}};
    if (!seen.found) {
        return view;
    }
    const Journals::Found& found = *seen.found;
    if (seen.under_way) {
        const std::chrono::duration<double> age = now - found.at;
        view["LATE"] = {{"VALUE", "The guest has not answered again yet; this is of " +
                                      seconds_text(age.count()) + " ago."}};
    }
    if (!found.problem.empty()) {
        view["PROBLEM"] = {{"MESSAGE", line_text(found.problem, 400)},
                           {"NEXT_STEP", line_text(found.hint, 400)}};
        return view;
    }
    json log = log_view(found.text, wish);
    log.update({{"CUT", found.cut}, {"UNFILTERED", wish.q.empty()}});
    view["LOG"] = std::move(log);
    return view;
}

void add_journal(Router& router, Site& site) {
    router.add("GET", "/vms/{name}/journal", [&site](banger::Call& call, const Request& request) {
        return show_of_vm(site, call, request, show_journal);
    });
    router.add("GET", "/vms/{name}/journal.txt",
               [&site](banger::Call& call, const Request& request) {
                   return send_journal(site, call, request);
               });
}

} // namespace web
