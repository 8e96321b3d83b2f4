// A plugin that writes down what it is asked, and does what its configuration orders, by the C ABI
// alone: {"log":FILE,"orders":"before_start=error undo=silent"}. Compiled several times, as REC_ID.
#include <banger/plugin.h>

#include <chrono>
#include <cstring>
#include <fstream>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include <poll.h>
#include <unistd.h>

#ifndef REC_FLAG
#define REC_FLAG REC_ID "-level"
#endif

namespace {

struct Recorder {
    const banger_host* host = nullptr;
    std::string log, orders;
    banger_call* kept = nullptr;
};

std::mutex log_lock;

std::string_view view(banger_str text) {
    return {text.ptr, static_cast<std::size_t>(text.len)};
}
banger_str str(std::string_view text) {
    return {text.data(), text.size()};
}

void note(const Recorder& self, const std::string& line) {
    const std::scoped_lock hold(log_lock);
    std::ofstream(self.log, std::ios::app) << REC_ID << ' ' << line << '\n';
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

bool file_exists(const std::string& path) {
    return ::access(path.c_str(), F_OK) == 0;
}

banger_status obey(Recorder& self, banger_call* call, const std::string& hook) {
    const std::string all = " " + self.orders + " ";
    const auto at = all.find(" " + hook + "=");
    if (at == std::string::npos) {
        return BANGER_OK;
    }
    const auto from = at + hook.size() + 2;
    const std::string how = all.substr(from, all.find(' ', from) - from);
    const auto fail = [&] {
        self.host->call_fail(call, BANGER_E_CONFLICT, str("as ordered"), str("change the order"));
        return BANGER_E_CONFLICT;
    };
    if (how == "error") {
        return fail();
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
    if (how == "skip") {
        return BANGER_SKIP;
    }
    if (how == "failthenok") {
        static_cast<void>(fail());
        return BANGER_OK;
    }
    if (how == "throw-std") {
        throw std::runtime_error("out of paper");
    }
    if (how == "throw-int") {
        throw 42;
    }
    if (how == "cookie" || how == "cookiefail") {
        const std::string bytes = REC_ID "@" + hook;
        const banger_status status = self.host->call_set_cookie(call, str(bytes));
        return how == "cookie" ? status : fail();
    }
    if (how == "bigcookie") {
        return self.host->call_set_cookie(call, str(std::string(65 * 1024, 'x')));
    }
    if (how == "wait") { // honours the cancel flag
        pollfd cancelled{self.host->call_cancel_fd(call), POLLIN, 0};
        ::poll(&cancelled, 1, 60'000);
        note(self, "cancelled=" + std::to_string(self.host->call_cancelled(call)));
        return BANGER_E_CANCELLED;
    }
    if (how == "deaf" || how == "deafskip") { // until the test lets go
        while (!file_exists(self.log + ".go")) {
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        note(self, hook + " let go");
        return how == "deaf" ? BANGER_OK : BANGER_SKIP;
    }
    if (how == "keep") {
        self.kept = call;
        return BANGER_OK;
    }
    if (how == "late") {
        return self.host->call_set_cookie(self.kept, str("late"));
    }
    if (how == "elsewhere") {
        banger_status status = BANGER_OK;
        std::thread([&] { status = self.host->call_set_cookie(call, str("elsewhere")); }).join();
        return status;
    }
    if (how == "chatter") {
        for (int i = 0; i < 1000; ++i) {
            self.host->log(self.host, call, BANGER_LOG_INFO, str("blah"), nullptr, 0);
        }
        return BANGER_OK;
    }
    return fail();
}

banger_status vm_hook(void* raw, banger_call* call, const banger_vm* vm, const char* name) {
    auto& self = *static_cast<Recorder*>(raw);
    note(self, std::string(name) + " " + std::string(view(vm->name)) +
                   (vm->cookie.len > 0 ? " cookie=" + std::string(view(vm->cookie)) : ""));
    return obey(self, call, name);
}

#define REC_HOOK(name)                                                                             \
    banger_status name(void* self, banger_call* call, const banger_vm* vm) {                       \
        return vm_hook(self, call, vm, #name);                                                     \
    }
REC_HOOK(before_create)
REC_HOOK(after_create)
REC_HOOK(before_start)
REC_HOOK(after_start)
REC_HOOK(on_ready)
REC_HOOK(before_stop)
REC_HOOK(after_stop)
REC_HOOK(before_delete)
REC_HOOK(after_delete)
REC_HOOK(reconcile)
REC_HOOK(ready)

[[maybe_unused]] banger_status undo(void* raw, banger_call* call, const banger_vm* vm,
                                    std::uint32_t hook, std::uint32_t flags) {
    static constexpr const char* names[] = {"?", "before_create", "after_create", "before_start",
                                            "after_start"};
    auto& self = *static_cast<Recorder*>(raw);
    note(self, std::string("undo ") + names[hook] +
                   (flags & BANGER_UNDO_PARTIAL ? " PARTIAL" : "") +
                   (flags & BANGER_UNDO_RETRY ? " RETRY" : "") +
                   (vm->cookie.len > 0 ? " cookie=" + std::string(view(vm->cookie)) : ""));
    return obey(self, call, flags & BANGER_UNDO_RETRY ? "retry" : "undo");
}

banger_status contribute(void* raw, banger_call* call, const banger_vm* vm, banger_gcb* builder) {
    auto& self = *static_cast<Recorder*>(raw);
    const auto* ops = static_cast<const banger_guest_config_ops*>(
        self.host->get_extension(self.host, BANGER_EXT_GUEST_CONFIG));
    note(self, "contribute");
    banger_status status = ops->kernel_arg(builder, str(REC_ID), vm->name, 0);
    if (self.orders.find("contribute=nic") != std::string::npos) {
        const bool filled = self.orders.find("reserved=1") != std::string::npos;
        const banger_nic nic{sizeof nic, 0,     str("eth0"), str("bgr0"), str("02:00:00:00:00:01"),
                             0,          filled};
        status = ops->nic(builder, &nic, 0);
    }
    return status < 0 ? status : obey(self, call, "contribute");
}

banger_status validate(void* raw, banger_call* call, const banger_vm*, banger_str merged) {
    auto& self = *static_cast<Recorder*>(raw);
    note(self, view(merged).find(REC_ID) != std::string_view::npos ? "validate: sees itself"
                                                                   : "validate");
    return obey(self, call, "validate");
}

banger_status check_options(void* raw, banger_call* call, banger_str options) {
    auto& self = *static_cast<Recorder*>(raw);
    if (view(options) != "{}") {
        note(self, "options " + std::string(view(options)));
    }
    return obey(self, call, "options");
}
banger_status option_changed(void* raw, banger_call* call, const banger_vm*, banger_str before,
                             banger_str after) {
    auto& self = *static_cast<Recorder*>(raw);
    note(self, "changed " + std::string(view(before)) + " -> " + std::string(view(after)));
    return obey(self, call, "changed");
}
banger_status option_undo(void* raw, banger_call* call, const banger_vm*, banger_str before,
                          banger_str after, std::uint32_t flags) {
    auto& self = *static_cast<Recorder*>(raw);
    note(self, "unchanged " + std::string(view(before)) + " -> " + std::string(view(after)) +
                   (flags & BANGER_UNDO_PARTIAL ? " PARTIAL" : ""));
    return obey(self, call, "unchanged");
}

banger_status say(void* raw, banger_call* call, banger_str args) {
    auto& self = *static_cast<Recorder*>(raw);
    const banger_status status = self.host->call_emit(call, BANGER_EMIT_JSON, args);
    return status < 0 ? status : obey(self, call, "say");
}
banger_status spoil(void* raw, banger_call* call, banger_str) {
    auto& self = *static_cast<Recorder*>(raw);
    return self.host->call_emit(call, BANGER_EMIT_TEXT, str("\xff\xfe"));
}

banger_status list_all(void* raw, banger_call* call) {
    auto& self = *static_cast<Recorder*>(raw);
    self.host->call_emit(call, BANGER_EMIT_JSON, str(R"({"kind":"thing","name":"one"})"));
    return obey(self, call, "list_all");
}
banger_status release(void* raw, banger_call* call, banger_str object) {
    auto& self = *static_cast<Recorder*>(raw);
    note(self, "release " + std::string(view(object)));
    return obey(self, call, "release");
}

#define REC_PLAIN(name)                                                                            \
    banger_status name(void* raw, banger_call* call) {                                             \
        auto& self = *static_cast<Recorder*>(raw);                                                 \
        note(self, #name);                                                                         \
        return obey(self, call, #name);                                                            \
    }
REC_PLAIN(init)
REC_PLAIN(on_start)
REC_PLAIN(reconcile_all)
REC_PLAIN(leave)
void on_stop(void* raw, banger_call* call) {
    auto& self = *static_cast<Recorder*>(raw);
    note(self, "on_stop");
    static_cast<void>(obey(self, call, "on_stop"));
}

banger_status create(const banger_host* host, banger_call* call, banger_str config, void** self) {
    auto* made = new Recorder{host, value_of(view(config), "log"), value_of(view(config), "orders"),
                              nullptr};
    note(*made, "create");
    const banger_status status = obey(*made, call, "create");
    if (status < 0) {
        delete made;
        return status;
    }
    *self = made;
    return BANGER_OK;
}
void destroy(void* raw) {
    auto* self = static_cast<Recorder*>(raw);
    note(*self, "destroy");
    delete self;
}

#ifdef REC_BARE // gives back by undo alone
constexpr bool bare = true;
#else
constexpr bool bare = false;
#endif
constexpr banger_vm_hook after_stop_slot = bare ? nullptr : after_stop;
constexpr banger_vm_hook after_delete_slot = bare ? nullptr : after_delete;
#ifdef REC_NO_UNDO
constexpr auto undo_slot = nullptr;
#else
constexpr auto undo_slot = undo;
#endif
constexpr banger_vm_lifecycle lifecycle{sizeof(banger_vm_lifecycle),
                                        0,
                                        before_create,
                                        after_create,
                                        before_start,
                                        after_start,
                                        on_ready,
                                        before_stop,
                                        after_stop_slot,
                                        before_delete,
                                        after_delete_slot,
                                        reconcile,
                                        undo_slot};
constexpr banger_guest_config guest_config{sizeof(banger_guest_config), 0, contribute, validate};
constexpr banger_daemon_hooks daemon{
    sizeof(banger_daemon_hooks), 0, on_start, on_stop, reconcile_all, leave};
constexpr banger_readiness readiness{sizeof(banger_readiness), 0, REC_ID, "recorded", ready};
constexpr banger_footprint footprint{sizeof(banger_footprint), 0, nullptr, list_all, release};
constexpr banger_option level{sizeof(banger_option), BANGER_OPTION_LIVE, "level", REC_FLAG,
                              R"({"type":"integer","minimum":0,"maximum":9,"default":3,)"
                              R"("description":"how much"})"};
constexpr banger_option mode{sizeof(banger_option), 0, "mode", nullptr,
                             R"({"enum":["fast","slow"],"default":"fast"})"};
constexpr const banger_option* option_items[] = {&level, &mode};
constexpr banger_vm_options options{
    sizeof(banger_vm_options), 2, option_items, check_options, option_changed, option_undo};
constexpr banger_action say_action{sizeof(banger_action),
                                   0,
                                   "say",
                                   "repeats",
                                   R"({"properties":{"word":{"type":"string"}}})",
                                   nullptr,
                                   say,
                                   nullptr};
constexpr banger_action spoil_action{
    sizeof(banger_action), 0, "spoil", "is no UTF-8", nullptr, nullptr, spoil, "image spoil"};
constexpr const banger_action* action_items[] = {&say_action, &spoil_action};
constexpr banger_actions actions{sizeof(banger_actions), 2, action_items};
constexpr banger_iface ifaces[] = {{BANGER_IFACE_VM_LIFECYCLE, &lifecycle},
                                   {BANGER_IFACE_GUEST_CONFIG, &guest_config},
                                   {BANGER_IFACE_DAEMON, &daemon},
                                   {BANGER_IFACE_READINESS, &readiness},
                                   {BANGER_IFACE_FOOTPRINT, &footprint},
                                   {BANGER_IFACE_VM_OPTIONS, &options},
                                   {BANGER_IFACE_CLI, &actions},
                                   {"org.example.unheard-of/1", &actions}};

#ifdef REC_NEEDS
constexpr const char* needs[] = {REC_NEEDS, nullptr};
#else
constexpr const char* const* needs = nullptr;
#endif
#ifdef REC_AFTER
constexpr const char* after[] = {REC_AFTER, nullptr};
#else
constexpr const char* const* after = nullptr;
#endif
#ifdef REC_BEFORE
constexpr const char* before[] = {REC_BEFORE, nullptr};
#else
constexpr const char* const* before = nullptr;
#endif
#ifdef REC_EXT
constexpr const char* extensions[] = {REC_EXT, nullptr};
#else
constexpr const char* const* extensions = nullptr;
#endif
#ifdef REC_CONCURRENT
constexpr std::uint32_t flags = BANGER_PLUGIN_CONCURRENT;
#else
constexpr std::uint32_t flags = 0;
#endif

constexpr banger_descriptor descriptor{
    sizeof(banger_descriptor),
    flags,
    REC_ID,
    "Recorder",
    "1.0.0",
    nullptr,
    nullptr,
    nullptr,
    "writes down what it is asked",
    R"({"properties":{"log":{"type":"string"},"orders":{"type":"string","default":""}}})",
    0,
    0,
    extensions,
    needs,
    after,
    before};
constexpr banger_entry entry{BANGER_MAGIC,     sizeof(banger_entry),
                             BANGER_ABI_MAJOR, 0,
                             BANGER_ABI_MINOR, 8,
                             &descriptor,      ifaces,
                             create,           init,
                             destroy};

} // namespace

BANGER_EXPORT const banger_entry* banger_plugin_entry_v1(void) {
    return &entry;
}
