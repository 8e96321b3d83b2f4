#include "fake_console.hpp"

#include "http/own_path.hpp"
#include "http/percent.hpp"
#include "pages/expired.hpp"
#include "pages/routes.hpp"

#include <gtest/gtest.h>

namespace web::test {
using nlohmann::json;

namespace {

constexpr std::uint32_t owner = 1000;
constexpr const char* own_host = "127.0.0.1:7777";

banger_call* some_call() {
    static int place = 0;
    return reinterpret_cast<banger_call*>(&place);
}

} // namespace

struct FakeConsoleTables {
    static FakeConsole& self(const banger_host* host) {
        return *reinterpret_cast<const FakeConsole::Handle*>(host)->owner;
    }
    static const banger_response* request(const banger_host* host, banger_call*, banger_str method,
                                          banger_str target, banger_str body) {
        FakeConsole& console = self(host);
        FakeConsole::Asked asked{std::string(banger::view(method)),
                                 std::string(banger::view(target)), json()};
        if (body.len != 0) {
            asked.body = json::parse(banger::view(body));
        }
        if (console.heard) {
            console.heard(asked);
        }
        const FakeConsole::Answer answer = console.answer_to(asked);
        const std::lock_guard lock(console.mutex_);
        console.asked_.push_back(asked);
        const std::string& text = console.bodies_.emplace_back(answer.body.dump());
        return &console.responses_.emplace_back(
            banger_response{sizeof(banger_response), answer.status, banger::str("application/json"),
                            banger::str(text)});
    }
    static std::uint64_t subscribe(const banger_host* host, banger_str, banger_event_fn function,
                                   void* context) {
        self(host).event_ = function;
        self(host).event_context_ = context;
        return 1;
    }
    static void unsubscribe(const banger_host*, std::uint64_t) {}
    static void log(const banger_host*, banger_call*, std::int32_t level, banger_str line,
                    const banger_kv* fields, std::uint64_t count) {
        if (level < BANGER_LOG_ERROR) {
            return;
        }
        std::string text(banger::view(line));
        for (std::uint64_t i = 0; i < count; ++i) {
            text += " " + std::string(banger::view(fields[i].value));
        }
        ADD_FAILURE() << text;
    }
    static const void* extension(const banger_host*, const char* id) {
        static constexpr banger_api_ops api{sizeof api, 0, request, nullptr, nullptr};
        static constexpr banger_events_ops events{sizeof events, 0, nullptr, subscribe,
                                                  unsubscribe};
        const std::string_view wanted(id);
        return wanted == BANGER_EXT_API      ? static_cast<const void*>(&api)
               : wanted == BANGER_EXT_EVENTS ? static_cast<const void*>(&events)
                                             : nullptr;
    }
};

FakeConsole::FakeConsole(Config config) {
    daemon = {{"version", "1.0"}, {"privilege", {{"mode", "sudo"}, {"ready", true}}}};
    handle_.owner = this;
    handle_.table.struct_size = sizeof handle_.table;
    handle_.table.abi_minor = BANGER_ABI_MINOR;
    handle_.table.state_dir = banger::str("/nonexistent");
    handle_.table.get_extension = FakeConsoleTables::extension;
    handle_.table.log = FakeConsoleTables::log;
    handle_.table.call_cancelled = [](banger_call*) -> std::int32_t { return 0; };
    handle_.table.call_remaining_ms = [](banger_call*) -> std::int64_t { return 20000; };
    banger::host_slot() = &handle_.table;
    const banger::Host host(&handle_.table);
    site.reset(new Site{host, std::move(config), Daemon(host), State(host), Renderer(),
                        Csrf(std::string(32, 's'))});
    add_routes(router_, *site);
    pages_ = std::make_unique<Answers>(
        router_, site->csrf,
        Pages{[this](banger::Call& call, const Request& request, int status,
                     const std::string& title, const std::string& cause, const std::string& next) {
                  return show_error(*site, call, request, status, title, cause, next);
              },
              [this](banger::Call& call, const Request& request) {
                  return show_expired(*site, call, request);
              }});
    site->state.follow(host, [](const json&) {});
}

FakeConsole::~FakeConsole() {
    banger::host_slot() = nullptr;
}

Response FakeConsole::answer(Request request) {
    banger::Call call(some_call());
    return pages_->answer(call, std::move(request));
}

Response FakeConsole::get(const std::string& target, bool as_json) {
    Request request;
    request.method = "GET";
    request.target = target;
    const std::size_t question = target.find('?');
    request.path = percent_decode(target.substr(0, question), false).value();
    request.query =
        Params::parse(question == std::string::npos ? "" : target.substr(question + 1)).value();
    request.host = own_host;
    request.uid = owner;
    if (as_json) {
        request.headers["accept"] = "application/json";
    }
    return answer(std::move(request));
}

Response FakeConsole::post(const std::string& target, const Params& form, bool as_json) {
    Request request;
    request.method = "POST";
    request.target = target;
    request.path = percent_decode(target, false).value();
    request.form = Params::parse(encoded(form)).value(); // as it comes over the wire
    request.host = own_host;
    request.uid = owner;
    request.headers["x-banger-csrf"] = site->csrf.issue(owner, own_host, Csrf::Clock::now());
    if (as_json) {
        request.headers["accept"] = "application/json";
    }
    return answer(std::move(request));
}

void FakeConsole::on(const std::string& method_and_target, int status, json body) {
    answers_[method_and_target] = {status, std::move(body)};
}

void FakeConsole::on_begin(const std::string& method_and_target, const std::string& op,
                           const std::string& target) {
    on(method_and_target, 202, operation_of(op, target, "running"));
}

void FakeConsole::changed() {
    event_(event_context_, some_call(), banger::str(R"({"type":"vm.state"})"));
}

FakeConsole::Answer FakeConsole::answer_to(const Asked& asked) {
    if (const auto found = answers_.find(asked.method + " " + asked.target);
        found != answers_.end()) {
        return found->second;
    }
    const std::map<std::string, json> lists{
        {"/v1/vms", {{"vms", vms}}},
        {"/v1/images", {{"images", images}}},
        {"/v1/operations", {{"operations", operations}}},
        {"/v1/operations?limit=500", {{"operations", operations}}},
        {"/v1/daemon", daemon},
        {"/v1/plugins", {{"plugins", plugins}}},
        {"/v1/vm-options", {{"options", options}}},
        {"/v1/config",
         {{"vm",
           {{"memory", {{"value", "2G"}, {"source", "file"}}},
            {"idle_stop", {{"value", "0s"}}}}}}}};
    if (const auto found = lists.find(asked.target);
        asked.method == "GET" && found != lists.end()) {
        return {200, found->second};
    }
    for (const auto& [list, folder] :
         {std::pair(&vms, "/v1/vms/"), std::pair(&images, "/v1/images/")}) {
        for (const json& each : *list) {
            if (asked.method == "GET" && asked.target == folder + each.value("name", "")) {
                return {200, each};
            }
        }
    }
    return {404, {{"error", {{"kind", "not_found"}, {"message", "no " + asked.target}}}}};
}

std::vector<FakeConsole::Asked> FakeConsole::changes() const {
    const std::lock_guard lock(mutex_);
    std::vector<Asked> those;
    for (const Asked& asked : asked_) {
        const bool shows = asked.target.find("dry_run") != std::string::npos ||
                           (asked.body.is_object() && asked.body.value("dry_run", false));
        if (asked.method != "GET" && !shows) {
            those.push_back(asked);
        }
    }
    return those;
}

const FakeConsole::Asked& FakeConsole::only_change() const {
    static Asked kept;
    const std::vector<Asked> all = changes();
    EXPECT_EQ(all.size(), 1U);
    kept = all.empty() ? Asked() : all.front();
    return kept;
}

Params params(std::initializer_list<std::pair<const char*, std::string>> values) {
    Params made;
    for (const auto& [name, value] : values) {
        made.add(name, value);
    }
    return made;
}

json vm(const std::string& name, const std::string& state) {
    return {{"id", "0123456789ab"},
            {"name", name},
            {"state", state},
            {"since", "2026-01-01T00:00:00Z"},
            {"started_at", state == "stopped" ? json() : json("2026-01-01T00:00:00Z")},
            {"image", "debian"},
            {"vcpus", 2},
            {"memory_mib", 2048},
            {"disk_mib", 8192},
            {"work_disk_mib", 4096},
            {"disk_mode", "overlay"},
            {"disk_bytes_per_s", 0},
            {"disk_ops_per_s", 0},
            {"network_bytes_per_s", 0},
            {"autostart", "off"},
            {"idle_stop_s", 1800},
            {"max_lifetime_s", 0},
            {"ip", nullptr},
            {"operation", nullptr},
            {"options", json::object()}};
}

json image(const std::string& name, bool standard) {
    return {{"name", name},         {"kind", "managed"},  {"ok", true},
            {"default", standard},  {"disk_bytes", 1500}, {"used_by", json::array()},
            {"created_at", nullptr}};
}

json operation_of(const std::string& id, const std::string& target, const std::string& state) {
    return {{"id", id},           {"kind", "start"},         {"target", target},
            {"state", state},     {"stage", "booting"},      {"percent", 10},
            {"error", nullptr},   {"stages", json::array()}, {"created_at", "2026-01-01T00:00:00Z"},
            {"ended_at", nullptr}};
}

std::string header_of(const Response& response, const std::string& name) {
    for (const auto& [key, value] : response.headers) {
        if (key == name) {
            return value;
        }
    }
    return {};
}

bool has(const Response& response, const std::string& text) {
    return response.body.find(text) != std::string::npos;
}

} // namespace web::test
