// A plugin that fails where a test tells it to, by the C ABI alone. Its folder (config key `dir`)
// holds
//   order       lines "HOOK HOW", read at each hook; HOW: error, silent, throw, hang,
//               crash (bangerd is killed), segv, overflow, abort, exit (it ends bangerd itself)
//   calls       what was called, one line each
//   made-ID     held from before_create to after_delete, held-ID from before_start to after_stop;
//               what is left there was not given back
#include <banger/abi.h>
#include <banger/vm.h>

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <poll.h>
#include <unistd.h>

namespace {

namespace fs = std::filesystem;

struct Saboteur {
    const banger_host* host;
    fs::path dir;
};

std::string_view view(banger_str text) {
    return {text.ptr, text.len};
}
banger_str str(std::string_view text) {
    return {text.data(), text.size()};
}

int overflow(volatile char* before) {
    volatile char frame[4096];
    frame[0] = before ? before[0] : 'x';
    return frame[0] == 'y' ? 0 : overflow(frame) + frame[0]; // it is never y
}

banger_status obey(const Saboteur& self, banger_call* call, std::string_view hook) {
    std::ofstream(self.dir / "calls", std::ios::app) << hook << '\n';
    std::string how;
    std::ifstream orders(self.dir / "order");
    for (std::string where, what; orders >> where >> what;) {
        if (where == hook) {
            how = what;
        }
    }
    if (how.empty()) {
        return BANGER_OK;
    }
    if (how == "error") {
        self.host->call_fail(call, BANGER_E_CONFLICT, str("sabotage as ordered"),
                             str("remove the order"));
        return BANGER_E_CONFLICT;
    }
    if (how == "throw") {
        throw 42;
    }
    if (how == "hang") {
        pollfd cancelled{self.host->call_cancel_fd(call), POLLIN, 0};
        poll(&cancelled, 1, 60'000);
        return BANGER_E_CANCELLED;
    }
    if (how == "crash") {
        kill(getpid(), SIGKILL);
    }
    if (how == "segv") {
        static volatile std::uintptr_t nowhere = 0;
        *reinterpret_cast<volatile int*>(nowhere) = 1;
    }
    if (how == "overflow") {
        overflow(nullptr);
    }
    if (how == "abort") {
        std::abort();
    }
    if (how == "exit") {
        std::exit(0);
    }
    return BANGER_E_INTERNAL; // "silent": a failure without a word
}

fs::path held(const Saboteur& self, const banger_vm* vm, const char* what) {
    return self.dir / (std::string(what) + "-" + std::string(view(vm->id)));
}

enum class Holding { nothing, take, give };

/// One hook: takes or gives back its file, then does as ordered.
template <const char* Name, const char* What, Holding Does>
banger_status hook(void* object, banger_call* call, const banger_vm* vm) {
    const auto& self = *static_cast<Saboteur*>(object);
    if (Does == Holding::take) {
        std::ofstream(held(self, vm, What)) << view(vm->name);
    }
    const auto status = obey(self, call, Name);
    if (Does == Holding::give && status == BANGER_OK) {
        fs::remove(held(self, vm, What));
    }
    return status;
}

banger_status undo(void* object, banger_call* call, const banger_vm* vm, uint32_t hook, uint32_t) {
    const auto& self = *static_cast<Saboteur*>(object);
    if (const auto status = obey(self, call, "undo"); status != BANGER_OK) {
        return status;
    }
    if (hook == BANGER_HOOK_BEFORE_CREATE) {
        fs::remove(held(self, vm, "made"));
    }
    if (hook == BANGER_HOOK_BEFORE_START) {
        fs::remove(held(self, vm, "held"));
    }
    return BANGER_OK;
}

banger_status contribute(void* object, banger_call* call, const banger_vm*, banger_gcb*) {
    return obey(*static_cast<Saboteur*>(object), call, "contribute");
}

banger_status validate(void* object, banger_call* call, const banger_vm*, banger_str) {
    return obey(*static_cast<Saboteur*>(object), call, "validate");
}

constexpr char none[] = "", made[] = "made", started[] = "held";
constexpr char before_create[] = "before_create", after_create[] = "after_create";
constexpr char before_start[] = "before_start", after_start[] = "after_start";
constexpr char on_ready[] = "on_ready", before_stop[] = "before_stop", after_stop[] = "after_stop";
constexpr char before_delete[] = "before_delete", after_delete[] = "after_delete";
constexpr char reconcile[] = "reconcile";

const banger_vm_lifecycle lifecycle = {
    sizeof(banger_vm_lifecycle),
    0,
    hook<before_create, made, Holding::take>,
    hook<after_create, none, Holding::nothing>,
    hook<before_start, started, Holding::take>,
    hook<after_start, none, Holding::nothing>,
    hook<on_ready, none, Holding::nothing>,
    hook<before_stop, none, Holding::nothing>,
    hook<after_stop, started, Holding::give>,
    hook<before_delete, none, Holding::nothing>,
    hook<after_delete, made, Holding::give>,
    hook<reconcile, none, Holding::nothing>,
    undo,
};
const banger_guest_config guest_config = {sizeof(banger_guest_config), 0, contribute, validate};
banger_status on_start(void* object, banger_call* call) {
    return obey(*static_cast<Saboteur*>(object), call, "on_start");
}

const banger_daemon_hooks daemon_hooks = {
    sizeof(banger_daemon_hooks), 0, on_start, nullptr, nullptr, nullptr};
const banger_iface ifaces[] = {{BANGER_IFACE_VM_LIFECYCLE, &lifecycle},
                               {BANGER_IFACE_GUEST_CONFIG, &guest_config},
                               {BANGER_IFACE_DAEMON, &daemon_hooks}};

banger_status create(const banger_host* host, banger_call*, banger_str config, void** self) {
    // The schema has let through exactly {"dir": "..."}; the path holds nothing to unescape.
    const auto text = view(config);
    const auto end = text.rfind('"');
    const auto begin = text.rfind('"', end - 1) + 1;
    *self = new Saboteur{host, fs::path(text.substr(begin, end - begin))};
    return BANGER_OK;
}

void destroy(void* self) {
    delete static_cast<Saboteur*>(self);
}

const banger_descriptor descriptor = [] {
    banger_descriptor d{};
    d.struct_size = sizeof d;
    d.id = "saboteur";
    d.name = "Saboteur";
    d.version = "1.0.0";
    d.summary = "Fails where a test tells it to";
    d.config_schema = R"({"type":"object","properties":{"dir":{"type":"string"}},)"
                      R"("required":["dir"],"additionalProperties":false})";
    d.hook_timeout_ms = 1500;
    return d;
}();

const banger_entry entry = [] {
    banger_entry e{};
    e.magic = BANGER_MAGIC;
    e.struct_size = sizeof e;
    e.abi_major = BANGER_ABI_MAJOR;
    e.built_minor = BANGER_ABI_MINOR;
    e.iface_count = 3;
    e.desc = &descriptor;
    e.ifaces = ifaces;
    e.create = create;
    e.destroy = destroy;
    return e;
}();

} // namespace

const banger_entry* banger_plugin_entry_v1(void) {
    return &entry;
}
