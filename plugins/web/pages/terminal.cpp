#include "http/own_path.hpp"

#include "http/lower_case.hpp"
#include "http/percent.hpp"
#include "http/static_files.hpp"
#include "read_pages.hpp"
#include "shell_word.hpp"
#include "state/field.hpp"
#include "terminal/page_messages.hpp"
#include "vm_detail.hpp"
#include "vm_line.hpp"
#include <algorithm>
#include <charconv>

namespace web {
namespace {

using nlohmann::json;

/// That of every page, but that xterm.js writes styles of its own: the width of a letter and such.
constexpr const char* terminal_policy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self'; "
    "connect-src 'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri "
    "'none'; require-trusted-types-for 'script'; trusted-types banger";

bool runs(const json& vm) {
    return field_text(vm, "state") == "running";
}

Response show_terminal(Site& site, banger::Call& call, const Request& request, const Snapshot& now,
                       const json& vm) {
    const std::string& name = request.args.at(0);
    const std::string state = field_text(vm, "state");
    json model = vm_top(vm, now, "terminal");
    model.update({{"RUNS", runs(vm)},
                  {"STILL", state == "stopped" || state == "crashed"},
                  {"PAUSED", state == "paused"},
                  {"STYLES", json::array({{{"CSS", asset_path("terminal.css")}}})},
                  {"SCRIPTS", json::array({{{"JS", asset_path("terminal.js")}}})},
                  {"COMMAND", "banger vm ssh " + shell_word(name)}});
    Response response =
        show(site, call, request, {"terminal", "Terminal · " + name, "vms", std::move(model)});
    response.headers.emplace_back("Content-Security-Policy", terminal_policy);
    return response;
}

std::uint64_t number_in(const Params& form, std::string_view name) {
    const std::string_view text = form.get(name);
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() ? number : 0;
}

/// POST: {"ticket","href"}, for the page's script.
Response give_ticket(Site& site, banger::Call& call, const Request& request) {
    const SnapshotPtr now = site.state.now(call);
    const json& vm = require_vm(*now, request.args.at(0));
    ShellWish wish;
    wish.vm_id = field_text(vm, "id");
    wish.vm_name = field_text(vm, "name");
    wish.uid = request.uid;
    wish.socket = field_text(field_object(now->daemon, "paths"), "socket");
    wish.runs = runs(vm);
    wish.session = request.form.get("session");
    wish.seen = number_in(request.form, "seen");
    wish.fresh = request.form.get("fresh") == "1";
    wish.size = terminal_size(static_cast<double>(number_in(request.form, "rows")),
                              static_cast<double>(number_in(request.form, "columns")))
                    .value_or(TerminalSize());
    const std::string ticket =
        site.tickets.issue(std::move(wish), request.host, Tickets::Clock::now());
    return Response::json(
        json{{"ticket", ticket}, {"href", "/ws/terminal?ticket=" + percent_encode(ticket)}}.dump());
}

/// What a program sees, not a person: a browser shows its script nothing of it.
Response refused(int status, const std::string& why) {
    return Response::text(why + "\n", status);
}

Response open_shell(Site& site, const Request& request) {
    if (in_lower_case(request.header("upgrade")) != "websocket") {
        Response response = refused(426, "This address is for WebSockets.");
        response.headers.emplace_back("Upgrade", "websocket");
        return response;
    }
    auto wish = site.tickets.take(request.query.get("ticket"), request.uid, request.host,
                                  Tickets::Clock::now());
    if (!wish) {
        return refused(403, "This ticket is none, or was used, or is older than 30 seconds.");
    }
    Response response;
    response.shell = std::make_shared<const ShellWish>(std::move(*wish));
    return response;
}

} // namespace

void add_terminal(Router& router, Site& site) {
    router.add("GET", "/vms/{name}/terminal", [&site](banger::Call& call, const Request& request) {
        return show_of_vm(site, call, request, show_terminal);
    });
    router.add("POST", "/vms/{name}/terminal", [&site](banger::Call& call, const Request& request) {
        return give_ticket(site, call, request);
    });
    router.add("GET", "/ws/terminal", [&site](banger::Call&, const Request& request) {
        return open_shell(site, request);
    });
}

} // namespace web
