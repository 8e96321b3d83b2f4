// A plugin that takes and gives back things of its "host", which is a folder, by the C ABI alone.
// Compiled several times, as HOLD_ID. Its folder (config key `dir`) holds
//   orders        lines "PLUGIN HOOK HOW", read at each call; HOW: error, throw, timeout, once (an
//                 undo that fails until it is tried again)
//   calls         what was called, one line each
//   times         once it is there: "PLUGIN HOOK MS" of each call, by a clock that only goes
//   forward held/         PLUGIN.HOOK.VM for each hook that takes and was not taken back taps/
//   PLUGIN.tapN, a link that names its VM: the lowest free one for a VM that runs
#include <banger/plugin.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include <poll.h>
#include <unistd.h>

namespace {

namespace fs = std::filesystem;

struct Holder {
    const banger_host* host;
    fs::path dir;
};

std::string_view view(banger_str text) {
    return {text.ptr, static_cast<std::size_t>(text.len)};
}
banger_str str(std::string_view text) {
    return {text.data(), text.size()};
}

std::string order_for(const Holder& self, std::string_view hook) {
    std::ifstream orders(self.dir / "orders");
    std::string how;
    for (std::string who, where, what; orders >> who >> where >> what;) {
        if (who == HOLD_ID && where == hook) {
            how = what;
        }
    }
    return how;
}

banger_status obey(const Holder& self, banger_call* call, std::string_view hook, bool again) {
    const std::string how = order_for(self, hook);
    if (how.empty() || (how == "once" && again)) {
        return BANGER_OK;
    }
    if (how == "throw") {
        throw std::runtime_error("out of paper");
    }
    if (how == "timeout") {
        pollfd cancelled{self.host->call_cancel_fd(call), POLLIN, 0};
        ::poll(&cancelled, 1, 60'000);
        self.host->call_fail(call, BANGER_E_CANCELLED, str("told to stop"), str(""));
        return BANGER_E_CANCELLED;
    }
    self.host->call_fail(call, BANGER_E_CONFLICT, str("as ordered"), str("change the order"));
    return BANGER_E_CONFLICT;
}

void note(const Holder& self, std::string_view hook, const banger_vm* vm, std::uint32_t flags = 0) {
    std::ofstream(self.dir / "calls", std::ios::app)
        << (std::string(HOLD_ID " ") + std::string(hook) + " " + std::string(view(vm->name)) +
            ((flags & BANGER_UNDO_PARTIAL) != 0 ? " PARTIAL" : "") +
            ((flags & BANGER_UNDO_RETRY) != 0 ? " RETRY" : "") + "\n");
    if (const fs::path times = self.dir / "times"; fs::exists(times)) {
        const auto now = std::chrono::steady_clock::now().time_since_epoch();
        const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
        std::ofstream(times, std::ios::app)
            << (std::string(HOLD_ID " ") + std::string(hook) + " " + std::to_string(ms) + "\n");
    }
}

fs::path held(const Holder& self, const banger_vm* vm, std::string_view hook) {
    return self.dir / "held" /
           (std::string(HOLD_ID ".") + std::string(hook) + "." + std::string(view(vm->id)));
}

bool is_tap_of(const fs::path& file, const banger_vm* vm) {
    return file.filename().string().rfind(HOLD_ID ".", 0) == 0 &&
           fs::read_symlink(file).string() == view(vm->id);
}

banger_status take_tap(const Holder& self, banger_call* call, const banger_vm* vm) {
    const std::string id(view(vm->id));
    for (int number = 0;; ++number) {
        const std::string name = "tap" + std::to_string(number);
        const fs::path file = self.dir / "taps" / (std::string(HOLD_ID ".") + name);
        if (::symlink(id.c_str(), file.c_str()) == 0) {
            return self.host->call_set_cookie(call, str(name));
        }
    }
}

/// What is gone already is fine.
void give_back(const Holder& self, const banger_vm* vm, std::string_view hook) {
    fs::remove(held(self, vm, hook));
    if (hook == "before_start") {
        for (const auto& entry : fs::directory_iterator(self.dir / "taps")) {
            if (is_tap_of(entry.path(), vm)) {
                fs::remove(entry.path());
            }
        }
    }
}

banger_status take(void* raw, banger_call* call, const banger_vm* vm, const char* hook) {
    const auto& self = *static_cast<Holder*>(raw);
    note(self, hook, vm);
    std::ofstream(held(self, vm, hook)) << view(vm->name);
    if (std::string_view(hook) == "before_start") {
        if (const auto status = take_tap(self, call, vm); status != BANGER_OK) {
            return status;
        }
    }
    return obey(self, call, hook, false);
}

banger_status look(void* raw, banger_call* call, const banger_vm* vm, const char* hook) {
    const auto& self = *static_cast<Holder*>(raw);
    note(self, hook, vm);
    return obey(self, call, hook, false);
}

banger_status before_create(void* self, banger_call* call, const banger_vm* vm) {
    return take(self, call, vm, "before_create");
}
banger_status after_create(void* self, banger_call* call, const banger_vm* vm) {
    return take(self, call, vm, "after_create");
}
banger_status before_start(void* self, banger_call* call, const banger_vm* vm) {
    return take(self, call, vm, "before_start");
}
banger_status after_start(void* self, banger_call* call, const banger_vm* vm) {
    return take(self, call, vm, "after_start");
}
banger_status on_ready(void* self, banger_call* call, const banger_vm* vm) {
    return look(self, call, vm, "on_ready");
}
banger_status before_stop(void* self, banger_call* call, const banger_vm* vm) {
    return look(self, call, vm, "before_stop");
}
banger_status after_stop(void* raw, banger_call* call, const banger_vm* vm) {
    const auto status = look(raw, call, vm, "after_stop");
    if (status == BANGER_OK) {
        give_back(*static_cast<Holder*>(raw), vm, "after_start");
        give_back(*static_cast<Holder*>(raw), vm, "before_start");
    }
    return status;
}
banger_status before_delete(void* self, banger_call* call, const banger_vm* vm) {
    return look(self, call, vm, "before_delete");
}
banger_status after_delete(void* raw, banger_call* call, const banger_vm* vm) {
    const auto status = look(raw, call, vm, "after_delete");
    if (status == BANGER_OK) {
        for (const char* hook : {"after_start", "before_start", "after_create", "before_create"}) {
            give_back(*static_cast<Holder*>(raw), vm, hook);
        }
    }
    return status;
}
banger_status reconcile(void* self, banger_call* call, const banger_vm* vm) {
    return look(self, call, vm, "reconcile");
}

banger_status undo(void* raw, banger_call* call, const banger_vm* vm, std::uint32_t hook,
                   std::uint32_t flags) {
    static constexpr const char* names[] = {"?", "before_create", "after_create", "before_start",
                                            "after_start"};
    const auto& self = *static_cast<Holder*>(raw);
    note(self, std::string("undo:") + names[hook], vm, flags);
    const bool again = (flags & BANGER_UNDO_RETRY) != 0;
    const auto status = obey(self, call, std::string("undo:") + names[hook], again);
    if (status == BANGER_OK) {
        give_back(self, vm, names[hook]);
    }
    return status;
}

banger_status contribute(void* raw, banger_call* call, const banger_vm* vm, banger_gcb* builder) {
    const auto& self = *static_cast<Holder*>(raw);
    note(self, "contribute", vm);
    const auto* ops = static_cast<const banger_guest_config_ops*>(
        self.host->get_extension(self.host, BANGER_EXT_GUEST_CONFIG));
    const auto status = ops->kernel_arg(builder, str(HOLD_ID), vm->name, 0);
    return status < 0 ? status : obey(self, call, "contribute", false);
}
banger_status validate(void* self, banger_call* call, const banger_vm* vm, banger_str) {
    return look(self, call, vm, "validate");
}

/// Its objects, of one VM or of all.
banger_status list(const Holder& self, banger_call* call, std::string_view vm_id) {
    for (const char* kind : {"held", "taps"}) {
        for (const auto& entry : fs::directory_iterator(self.dir / kind)) {
            const std::string name = entry.path().filename().string();
            const std::string owner = entry.is_symlink() ? fs::read_symlink(entry.path()).string()
                                                         : name.substr(name.rfind('.') + 1);
            if (name.rfind(HOLD_ID ".", 0) == 0 && (vm_id.empty() || owner == vm_id)) {
                const std::string object = R"({"kind":")" + std::string(kind) + R"(","name":")" +
                                           name + R"(","vm":")" + owner + R"(","state":"in-use"})";
                self.host->call_emit(call, BANGER_EMIT_JSON, str(object));
            }
        }
    }
    return BANGER_OK;
}
banger_status list_vm(void* self, banger_call* call, const banger_vm* vm) {
    return list(*static_cast<Holder*>(self), call, view(vm->id));
}
banger_status list_all(void* self, banger_call* call) {
    return list(*static_cast<Holder*>(self), call, "");
}

banger_status create(const banger_host* host, banger_call*, banger_str config, void** self) {
    // The schema has let through exactly {"dir": "..."}; the path holds nothing to unescape.
    const auto text = view(config);
    const auto end = text.rfind('"');
    const auto begin = text.rfind('"', end - 1) + 1;
    *self = new Holder{host, fs::path(text.substr(begin, end - begin))};
    return BANGER_OK;
}
void destroy(void* self) {
    delete static_cast<Holder*>(self);
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
constexpr banger_footprint footprint{sizeof(banger_footprint), 0, list_vm, list_all, nullptr};
constexpr banger_iface ifaces[] = {{BANGER_IFACE_VM_LIFECYCLE, &lifecycle},
                                   {BANGER_IFACE_GUEST_CONFIG, &guest_config},
                                   {BANGER_IFACE_FOOTPRINT, &footprint}};
constexpr banger_descriptor descriptor{
    sizeof(banger_descriptor),
    0,
    HOLD_ID,
    "Holder",
    "1.0.0",
    nullptr,
    nullptr,
    nullptr,
    "takes files and gives them back",
    R"({"type":"object","properties":{"dir":{"type":"string"}},"required":["dir"]})",
    0,
    0,
    nullptr,
    nullptr,
    nullptr,
    nullptr};
constexpr banger_entry entry{BANGER_MAGIC,     sizeof(banger_entry),
                             BANGER_ABI_MAJOR, 0,
                             BANGER_ABI_MINOR, 3,
                             &descriptor,      ifaces,
                             create,           nullptr,
                             destroy};

} // namespace

BANGER_EXPORT const banger_entry* banger_plugin_entry_v1(void) {
    return &entry;
}
