// A plugin that does one thing wrong wherever its configuration says so, by the C ABI alone:
// {"orders":"before_start=throw-int","mark":FILE}. Built by more than one compiler, as MIS_ID.
#include "throwing.hpp"

#include <banger/plugin.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

constexpr std::uint64_t gib = 1U << 30U;
constexpr const char* bad_utf8 = "bad \xff\xfe byte";

struct Misbehaviour {
    const banger_host* host = nullptr;
    std::string orders, mark;
    banger_call* kept = nullptr;
    int old_socket = -1;
};

std::string_view view(banger_str text) {
    return {text.ptr, static_cast<std::size_t>(text.len)};
}
banger_str str(std::string_view text) {
    return {text.data(), text.size()};
}

/// The value of "key" in one flat JSON object of strings, without escapes.
std::string value_of(std::string_view json, const std::string& key) {
    const auto at = json.find("\"" + key + "\":\"");
    if (at == std::string_view::npos) {
        return {};
    }
    const auto from = at + key.size() + 4;
    return std::string(json.substr(from, json.find('"', from) - from));
}

std::string order(const Misbehaviour& self, const std::string& hook) {
    const std::string all = " " + self.orders + " ";
    const auto at = all.find(" " + hook + "=");
    if (at == std::string::npos) {
        return {};
    }
    const auto from = at + hook.size() + 2;
    return all.substr(from, all.find(' ', from) - from);
}

bool file_exists(const std::string& path) {
    return ::access(path.c_str(), F_OK) == 0;
}
void leave_mark(const Misbehaviour& self, const std::string& text) {
    std::ofstream(self.mark, std::ios::app) << text << '\n';
}
void wait_for_go(const Misbehaviour& self) {
    while (!file_exists(self.mark + ".go")) {
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
}

template <class Ops>
const Ops& ops(const Misbehaviour& self, const char* id) {
    return *static_cast<const Ops*>(self.host->get_extension(self.host, id));
}

/// Is it told that the host's services are gone, and in words where there are any?
bool turned_away(const banger_host* host, banger_call* call, const banger_kv_ops& kv,
                 const banger_exec_ops& exec, const banger_api_ops& api) {
    const banger_result* value = kv.get(host, call, str("x"));
    const banger_str program = str("true");
    banger_exec_request request{};
    request.struct_size = sizeof request;
    request.argv = &program;
    request.argc = 1;
    const banger_exec_result* ran = exec.run(host, call, &request);
    const banger_response* answer = api.request(host, call, str("GET"), str("/v1/vms"), str(""));
    return kv.set(host, call, str("x"), str("y")) == BANGER_E_UNAVAILABLE &&
           host->call_emit(call, BANGER_EMIT_TEXT, str("x")) == BANGER_E_UNAVAILABLE &&
           value->status == BANGER_E_UNAVAILABLE && value->message.len > 0 && value->hint.len > 0 &&
           ran->status == BANGER_E_UNAVAILABLE && ran->message.len > 0 &&
           answer->http_status == 0 && answer->body.len > 0;
}

/// Goes on after destroy() until the test lets go, and uses the host all the time.
void leaked_thread(Misbehaviour copy) {
    const banger_host* host = copy.host;
    const auto& threads = ops<banger_thread_ops>(copy, BANGER_EXT_THREAD);
    const auto& kv = ops<banger_kv_ops>(copy, BANGER_EXT_KV);
    const auto& timers = ops<banger_timer_ops>(copy, BANGER_EXT_TIMER);
    const auto& events = ops<banger_events_ops>(copy, BANGER_EXT_EVENTS);
    const auto& exec = ops<banger_exec_ops>(copy, BANGER_EXT_EXEC);
    const auto& api = ops<banger_api_ops>(copy, BANGER_EXT_API);
    banger_call* call = threads.call_open(host, str("leaked"), 0);
    leave_mark(copy, "leaked");
    int refused = 0;
    do {
        host->log(host, call, BANGER_LOG_DEBUG, str("still here"), nullptr, 0);
        refused = kv.set(host, call, str("leaked"), str("x")) < 0 ? refused + 1 : 0;
        static_cast<void>(kv.get(host, call, str("leaked")));
        static_cast<void>(host->call_cancelled(call));
        static_cast<void>(host->call_remaining_ms(call));
        static_cast<void>(host->get_extension(host, BANGER_EXT_KV));
        static_cast<void>(events.publish(host, str("leaked"), str("{}")));
        static_cast<void>(timers.start(
            host, 1, 0, [](void*, banger_call*) {}, nullptr));
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    } while (!file_exists(copy.mark + ".go"));
    const bool cut = refused > 0 && turned_away(host, call, kv, exec, api) &&
                     host->call_cancelled(call) == 1 && host->call_cancel_fd(call) >= 0 &&
                     !threads.call_open(host, str("again"), 0);
    threads.call_close(call);
    const bool closed = host->call_cancel_fd(call) == -1 && host->call_remaining_ms(call) == 0;
    leave_mark(copy, cut && closed ? "cut off" : "not cut off");
}

banger_status emit_many(const Misbehaviour& self, banger_call* call) {
    banger_status status = BANGER_OK;
    for (int i = 0; i < 70'000 && status == BANGER_OK; ++i) {
        status = self.host->call_emit(call, BANGER_EMIT_TEXT, str(""));
    }
    return status;
}

banger_status exec(const Misbehaviour& self, banger_call* call, banger_exec_request request) {
    request.struct_size = sizeof request;
    return ops<banger_exec_ops>(self, BANGER_EXT_EXEC).run(self.host, call, &request)->status;
}

/// Bytes that are no UTF-8 in one part of a request.
banger_status exec_bad_bytes(const Misbehaviour& self, banger_call* call, const std::string& part) {
    const banger_str words[] = {str(part == "program" ? bad_utf8 : "true"),
                                str(part == "argument" ? bad_utf8 : "x")};
    const banger_kv variable{str(part == "variable" ? bad_utf8 : "X"),
                             str(part == "value" ? bad_utf8 : "x")};
    return exec(self, call,
                {0, 0, words, 2, &variable, 1, str(part == "folder" ? bad_utf8 : "/"), {}, 0, 0});
}

/// Hands over more than the host takes.
banger_status too_much(const Misbehaviour& self, banger_call* call, const std::string& what) {
    const banger_host* host = self.host;
    const banger_str huge{"x", gib}; // checked before it is read
    const auto& kv = ops<banger_kv_ops>(self, BANGER_EXT_KV);
    const auto& privileged = ops<banger_privileged_ops>(self, BANGER_EXT_PRIVILEGED);
    const banger_str program[] = {str("true"), huge};
    if (what == "emit") {
        return host->call_emit(call, BANGER_EMIT_BYTES, huge);
    }
    if (what == "emits") {
        return emit_many(self, call);
    }
    if (what == "cookie") {
        return host->call_set_cookie(call, huge);
    }
    if (what == "kv-key") {
        return kv.set(host, call, huge, str("v"));
    }
    if (what == "kv-value") {
        return kv.set(host, call, str("k"), huge);
    }
    if (what == "kv-get") {
        return kv.get(host, call, huge)->status;
    }
    if (what == "kv-prefix") {
        return kv.list(host, call, huge)->status;
    }
    if (what == "argument") {
        return exec(self, call, {0, 0, program, 2, nullptr, 0, {}, {}, 0, 0});
    }
    if (what == "arguments") {
        return exec(self, call, {0, 0, program, gib, nullptr, 0, {}, {}, 0, 0});
    }
    if (what == "variables") {
        return exec(self, call, {0, 0, program, 1, nullptr, gib, {}, {}, 0, 0});
    }
    if (what == "folder") {
        return exec(self, call, {0, 0, program, 1, nullptr, 0, huge, {}, 0, 0});
    }
    if (what == "input") {
        return exec(self, call, {0, 0, program, 1, nullptr, 0, {}, huge, 0, 0});
    }
    if (what == "verb") {
        return privileged.run(host, call, huge, str("{}"))->status;
    }
    if (what == "verb-args") {
        return privileged.run(host, call, str("links"), huge)->status;
    }
    if (what == "vm-name") {
        const auto& vms = ops<banger_vm_query_ops>(self, BANGER_EXT_VM_QUERY);
        return vms.get(host, call, huge)->status;
    }
    const auto& api = ops<banger_api_ops>(self, BANGER_EXT_API);
    const banger_response* response =
        what == "method"   ? api.request(host, call, huge, str("/v1/vms"), {})
        : what == "target" ? api.request(host, call, str("GET"), huge, {})
                           : api.request(host, call, str("POST"), str("/v1/vms"), huge);
    return response->http_status == 0 ? BANGER_E_INVALID : BANGER_OK;
}

/// Asks for the same value until the host has had enough.
banger_status ask_for_ever(const Misbehaviour& self, banger_call* call) {
    const auto& kv = ops<banger_kv_ops>(self, BANGER_EXT_KV);
    const std::string value(64U << 10U, 'x');
    banger_status status = kv.set(self.host, call, str("large"), str(value));
    for (int i = 0; i < 3000 && status == BANGER_OK; ++i) {
        status = kv.get(self.host, call, str("large"))->status;
    }
    const auto& net = ops<banger_network_info_ops>(self, BANGER_EXT_NETWORK_INFO);
    const banger_vm_address* address = net.vm_address(self.host, call, str("0123456789ab"));
    if (status == BANGER_E_UNAVAILABLE && exec(self, call, {}) == status &&
        net.network(self.host, call)->subnet.len > 0 && address != nullptr &&
        address == net.vm_address(self.host, call, str("0123456789ab")) && // kept once
        ops<banger_vm_query_ops>(self, BANGER_EXT_VM_QUERY).list(self.host, call)->status ==
            status &&
        kv.remove(self.host, call, str("large")) == BANGER_OK) { // needs no room
        return status;
    }
    self.host->call_fail(call, status, str("it goes on"), {});
    return BANGER_E_INTERNAL;
}

/// Structs that end before what is needed.
banger_status too_short(const Misbehaviour& self, banger_call* call, const std::string& what) {
    if (what == "exec") {
        const banger_exec_request request{8,  0,  nullptr, 0, nullptr, 0,
                                          {}, {}, 0,       0, nullptr, nullptr};
        return ops<banger_exec_ops>(self, BANGER_EXT_EXEC).run(self.host, call, &request)->status;
    }
    banger_job job{};
    job.struct_size = offsetof(banger_job, context); // as far as run
    job.kind = str("short");
    job.target = str("it");
    job.run = [](void*, banger_call*) -> banger_status { return BANGER_OK; };
    return ops<banger_operations_ops>(self, BANGER_EXT_OPERATIONS)
        .start(self.host, call, &job)
        ->status;
}

/// Asks to change a VM, and says what the answer was.
banger_status ask_api(const Misbehaviour& self, banger_call* call, const std::string& target) {
    const auto& api = ops<banger_api_ops>(self, BANGER_EXT_API);
    const banger_response* response =
        api.request(self.host, call, str("POST"), str(target), str("{}"));
    self.host->call_fail(
        call, BANGER_E_BUSY,
        str(std::to_string(response->http_status) + " " + std::string(view(response->body))), {});
    return BANGER_E_BUSY;
}

banger_status obey(Misbehaviour& self, banger_call* call, const std::string& hook) {
    const banger_host* host = self.host;
    const std::string how = order(self, hook);
    if (how.empty()) {
        return BANGER_OK;
    }
    leave_as(how, bad_utf8);
    if (how == "error") {
        host->call_fail(call, BANGER_E_CONFLICT, str("as ordered"), str("change the order"));
        return BANGER_E_CONFLICT;
    }
    if (how == "silent") {
        return BANGER_E_INVALID;
    }
    if (how == "unknown") {
        return -999;
    }
    if (how == "seven") {
        return 7;
    }
    if (how == "fail-then-ok") {
        host->call_fail(call, BANGER_E_CONFLICT, str("changed my mind"), {});
        return BANGER_OK;
    }
    if (how == "elsewhere") {
        banger_status status = BANGER_OK;
        std::thread([&] { status = host->call_emit(call, BANGER_EMIT_TEXT, str("x")); }).join();
        return status;
    }
    if (how == "wait") { // honours the cancel flag
        pollfd cancelled{host->call_cancel_fd(call), POLLIN, 0};
        ::poll(&cancelled, 1, 60'000);
        leave_mark(self, "cancelled " + std::to_string(host->call_cancelled(call)));
        return BANGER_E_CANCELLED;
    }
    if (how == "bad-key") {
        return ops<banger_kv_ops>(self, BANGER_EXT_KV).set(host, call, str(bad_utf8), str("v"));
    }
    if (how == "bad-prefix") {
        return ops<banger_kv_ops>(self, BANGER_EXT_KV).list(host, call, str(bad_utf8))->status;
    }
    if (how.rfind("bad-exec-", 0) == 0) {
        return exec_bad_bytes(self, call, how.substr(9));
    }
    if (how == "deep-emit") {
        const std::string deep = std::string(65, '[') + std::string(65, ']');
        return host->call_emit(call, BANGER_EMIT_JSON, str(deep));
    }
    if (how == "bad-emit") {
        return host->call_emit(call, BANGER_EMIT_TEXT, str(bad_utf8));
    }
    if (how == "fail-bad") {
        host->call_fail(call, BANGER_E_CONFLICT, str(bad_utf8), str(bad_utf8));
        return BANGER_E_CONFLICT;
    }
    if (how == "fail-long") {
        host->call_fail(call, BANGER_E_CONFLICT, str(std::string(1U << 20U, 'x')), {});
        return BANGER_E_CONFLICT;
    }
    if (how == "record-bad") { // the host's own words hold its bytes
        const auto& vms = ops<banger_vm_query_ops>(self, BANGER_EXT_VM_QUERY);
        return vms.get(host, call, str(bad_utf8))->status;
    }
    if (how == "log-much") {
        const std::string long_text(100'000, 'x');
        const std::vector<banger_kv> fields(1000, banger_kv{str(long_text), str(long_text)});
        host->log(host, call, BANGER_LOG_ERROR, str(long_text), fields.data(), gib);
        return BANGER_OK;
    }
    if (how == "keep") {
        self.kept = call;
        return BANGER_OK;
    }
    if (how == "late") { // any number of calls later
        const bool dead = host->call_cancelled(self.kept) == 1 &&
                          host->call_cancel_fd(self.kept) == -1 &&
                          host->call_remaining_ms(self.kept) == 0;
        host->log(host, self.kept, BANGER_LOG_INFO, str("with an old call"), nullptr, 0);
        host->call_fail(self.kept, BANGER_E_CONFLICT, str("from the grave"), {});
        static_cast<void>(host->call_set_cookie(self.kept, str("late")));
        return dead ? host->call_emit(self.kept, BANGER_EMIT_TEXT, str("late")) : BANGER_OK;
    }
    if (how == "ask-for-ever") {
        return ask_for_ever(self, call);
    }
    if (how.rfind("short-", 0) == 0) {
        return too_short(self, call, how.substr(6));
    }
    if (how == "for-ever") { // of a thread
        banger_status status = BANGER_E_INTERNAL;
        std::thread([&] {
            const auto& threads = ops<banger_thread_ops>(self, BANGER_EXT_THREAD);
            banger_call* own = threads.call_open(host, str("long"), INT64_MAX);
            status = host->call_remaining_ms(own) > 0 ? BANGER_OK : BANGER_E_TIMEOUT;
            threads.call_close(own);
        }).join();
        return status;
    }
    if (how == "mark") {
        leave_mark(self, hook);
        return BANGER_OK;
    }
    if (how == "deaf" || how == "deaf-fail") { // until the test lets go
        wait_for_go(self);
        static_cast<void>(host->call_set_cookie(call, str("at last")));
        host->log(host, call, BANGER_LOG_ERROR, str("here I am"), nullptr, 0);
        leave_mark(self, hook + " returned");
        return how == "deaf" ? BANGER_OK : BANGER_E_INTERNAL;
    }
    if (how == "leak") {
        std::thread(leaked_thread, self).detach();
        return BANGER_OK;
    }
    if (how.rfind("much-", 0) == 0) {
        return too_much(self, call, how.substr(5));
    }
    return how.rfind("api-", 0) == 0 ? ask_api(self, call, "/v1/vms/" + how.substr(4))
                                     : BANGER_E_UNSUPPORTED;
}

banger_status vm_hook(void* raw, banger_call* call, const char* name) {
    auto& self = *static_cast<Misbehaviour*>(raw);
    return obey(self, call, name);
}
#define MIS_HOOK(name)                                                                             \
    banger_status name(void* self, banger_call* call, const banger_vm*) {                          \
        return vm_hook(self, call, #name);                                                         \
    }
MIS_HOOK(before_create)
MIS_HOOK(after_create)
MIS_HOOK(before_start)
MIS_HOOK(after_start)
MIS_HOOK(on_ready)
MIS_HOOK(before_stop)
MIS_HOOK(after_stop)
MIS_HOOK(before_delete)
MIS_HOOK(after_delete)
MIS_HOOK(reconcile)

banger_status undo(void* self, banger_call* call, const banger_vm*, std::uint32_t, std::uint32_t) {
    return vm_hook(self, call, "undo");
}

/// Gives a guest more than the host takes.
banger_status too_much_for_a_guest(const Misbehaviour& self, banger_gcb* builder,
                                   const std::string& what) {
    const auto& guest = ops<banger_guest_config_ops>(self, BANGER_EXT_GUEST_CONFIG);
    const banger_str huge{"x", gib}; // checked before it is read
    if (what == "key") {
        return guest.kernel_arg(builder, huge, str("v"), 0);
    }
    if (what == "value") {
        return guest.kernel_arg(builder, str("k"), huge, 0);
    }
    if (what == "drive") {
        const banger_drive drive{sizeof drive, 0, str("d"), huge};
        return guest.drive(builder, &drive, 0);
    }
    const banger_file file{sizeof file, 0644, 0, 0, what == "path" ? huge : str("/x"), huge};
    return guest.file(builder, &file, 0);
}

banger_status contribute(void* raw, banger_call* call, const banger_vm*, banger_gcb* builder) {
    auto& self = *static_cast<Misbehaviour*>(raw);
    const auto& guest = ops<banger_guest_config_ops>(self, BANGER_EXT_GUEST_CONFIG);
    const std::string how = order(self, "contribute");
    if (how == "force") { // takes what rec-well sets
        return guest.kernel_arg(builder, str("rec-well"), str("mine"), BANGER_OVERRIDE);
    }
    if (how.rfind("guest-", 0) == 0) {
        return too_much_for_a_guest(self, builder, how.substr(6));
    }
    static_cast<void>(guest.kernel_arg(builder, str("half"), str("done"), 0));
    return obey(self, call, "contribute");
}
banger_status validate(void* self, banger_call* call, const banger_vm*, banger_str) {
    return vm_hook(self, call, "validate");
}

banger_status check_options(void* self, banger_call* call, banger_str) {
    return vm_hook(self, call, "options");
}
banger_status option_changed(void* self, banger_call* call, const banger_vm*, banger_str,
                             banger_str) {
    return vm_hook(self, call, "changed");
}
banger_status option_undo(void* raw, banger_call* call, const banger_vm*, banger_str, banger_str,
                          std::uint32_t) {
    leave_mark(*static_cast<Misbehaviour*>(raw), "unchanged");
    return vm_hook(raw, call, "unchanged");
}

/// Gives the host a descriptor that it must not take.
std::int32_t guest_exec(void* raw, banger_call* call, const banger_vm*, banger_str) {
    auto& self = *static_cast<Misbehaviour*>(raw);
    const std::string how = order(self, "exec");
    if (how == "input") {
        return 0;
    }
    if (how == "file") {
        return self.old_socket = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    }
    if (how == "closed") {
        return 1'000'000;
    }
    if (how == "old") {
        return self.old_socket;
    }
    if (how == "inherited" || how == "good") {
        int pair[2] = {-1, -1};
        const int flags = how == "good" ? SOCK_CLOEXEC : 0;
        if (::socketpair(AF_UNIX, SOCK_STREAM | flags, 0, pair) != 0) {
            return BANGER_E_INTERNAL;
        }
        ::close(pair[1]);
        return pair[0];
    }
    return obey(self, call, "exec");
}

banger_status act(void* self, banger_call* call, banger_str) {
    return vm_hook(self, call, "act");
}
banger_status list_all(void* self, banger_call* call) {
    return vm_hook(self, call, "list_all");
}

banger_status init(void* self, banger_call* call) {
    return vm_hook(self, call, "init");
}
banger_status on_start(void* self, banger_call* call) {
    return vm_hook(self, call, "on_start");
}
void on_stop(void* self, banger_call* call) {
    static_cast<void>(vm_hook(self, call, "on_stop"));
}

banger_status create(const banger_host* host, banger_call* call, banger_str config, void** out) {
    auto* self =
        new Misbehaviour{host, value_of(view(config), "orders"), value_of(view(config), "mark")};
    if (order(*self, "exec") == "old") {
        self->old_socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    }
    *out = self;
    try {
        const banger_status status = obey(*self, call, "create");
        if (status >= 0) {
            return status;
        }
        delete self;
        return status;
    } catch (...) {
        delete self;
        throw;
    }
}
void destroy(void* raw) {
    auto* self = static_cast<Misbehaviour*>(raw);
    const std::string how = order(*self, "destroy");
    if (how == "mark") {
        leave_mark(*self, "destroy");
    }
    if (self->old_socket >= 0) {
        ::close(self->old_socket);
    }
    delete self;
    if (how == "throw-std") {
        throw std::runtime_error("cannot let go");
    }
}

constexpr banger_vm_lifecycle lifecycle{sizeof(banger_vm_lifecycle),
                                        0,
                                        before_create,
                                        after_create,
                                        before_start,
                                        after_start,
                                        on_ready,
                                        before_stop,
                                        after_stop,
                                        before_delete,
                                        after_delete,
                                        reconcile,
                                        undo};
constexpr banger_guest_config guest_config{sizeof(banger_guest_config), 0, contribute, validate};
constexpr banger_daemon_hooks daemon_hooks{
    sizeof(banger_daemon_hooks), 0, on_start, on_stop, nullptr, nullptr};
constexpr banger_guest_services services{sizeof(banger_guest_services), 0, nullptr, guest_exec};
constexpr banger_footprint footprint{sizeof(banger_footprint), 0, nullptr, list_all, nullptr};
constexpr banger_option level{sizeof(banger_option), BANGER_OPTION_LIVE, "level", nullptr,
                              R"({"type":"integer","default":3})"};
constexpr const banger_option* option_items[] = {&level};
constexpr banger_vm_options options{
    sizeof(banger_vm_options), 1, option_items, check_options, option_changed, option_undo};
constexpr banger_action action{
    sizeof(banger_action), 0, "act", "misbehaves", nullptr, nullptr, act, nullptr};
constexpr const banger_action* action_items[] = {&action};
constexpr banger_actions actions{sizeof(banger_actions), 1, action_items};
constexpr banger_iface ifaces[] = {{BANGER_IFACE_VM_LIFECYCLE, &lifecycle},
                                   {BANGER_IFACE_GUEST_CONFIG, &guest_config},
                                   {BANGER_IFACE_DAEMON, &daemon_hooks},
                                   {BANGER_IFACE_GUEST_SERVICES, &services},
                                   {BANGER_IFACE_FOOTPRINT, &footprint},
                                   {BANGER_IFACE_VM_OPTIONS, &options},
                                   {BANGER_IFACE_CLI, &actions}};
constexpr banger_descriptor descriptor{
    sizeof(banger_descriptor),
    0,
    MIS_ID,
    "Misbehaves",
    "1.0.0",
    nullptr,
    nullptr,
    nullptr,
    "does one thing wrong",
    R"({"properties":{"orders":{"type":"string","default":""},"mark":{"type":"string"}}})",
    0,
    0,
    nullptr,
    nullptr,
    nullptr,
    nullptr};
constexpr banger_entry entry{BANGER_MAGIC,     sizeof(banger_entry),
                             BANGER_ABI_MAJOR, 0,
                             BANGER_ABI_MINOR, 7,
                             &descriptor,      ifaces,
                             create,           init,
                             destroy};

} // namespace

BANGER_EXPORT const banger_entry* banger_plugin_entry_v1(void) {
    return &entry;
}
