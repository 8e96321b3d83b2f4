/* A plugin in C that takes part in everything about a VM, and writes each call into its store. It
 * is built with the SDK of ABI 1.0 and with one of a later minor. */
#include <banger/plugin.h>

#include <stdlib.h>
#include <string.h>

static const banger_host* host;
static const banger_kv_ops* kv;
static const banger_guest_config_ops* guest;

static banger_str text(const char* s) {
    banger_str result;
    result.ptr = s;
    result.len = strlen(s);
    return result;
}
static banger_status note(banger_call* call, const char* what, banger_str value) {
    return kv->set(host, call, text(what), value);
}

#define HOOK(name)                                                                                 \
    static banger_status name(void* self, banger_call* call, const banger_vm* vm) {                \
        (void)self;                                                                                \
        return note(call, #name, vm->cookie);                                                      \
    }
HOOK(before_create)
HOOK(after_create)
HOOK(after_start)
HOOK(on_ready)
HOOK(before_stop)
HOOK(after_stop)
HOOK(before_delete)
HOOK(after_delete)
HOOK(reconcile)
HOOK(wait_ready)

static banger_status before_start(void* self, banger_call* call, const banger_vm* vm) {
    const banger_status status = host->call_set_cookie(call, text("cookie of " LIFE_ID));
    (void)self;
    return status < 0 ? status : note(call, "before_start", vm->name);
}
static banger_status undo(void* self, banger_call* call, const banger_vm* vm, uint32_t hook,
                          uint32_t flags) {
    (void)self;
    (void)hook;
    (void)flags;
    return note(call, "undo", vm->cookie);
}
static banger_status contribute(void* self, banger_call* call, const banger_vm* vm,
                                banger_gcb* builder) {
    banger_file file;
    banger_drive drive;
    memset(&file, 0, sizeof file);
    file.struct_size = sizeof file;
    file.mode = 0600;
    file.guest_path = text("/etc/" LIFE_ID);
    file.data = vm->cookie;
    memset(&drive, 0, sizeof drive);
    drive.struct_size = sizeof drive;
    drive.flags = BANGER_DRIVE_READ_ONLY;
    drive.id = text(LIFE_ID);
    drive.host_path = text("/dev/null/" LIFE_ID);
    (void)self;
    (void)call;
    if (guest->kernel_arg(builder, text(LIFE_ID), text("1"), 0) < 0 ||
        guest->drive(builder, &drive, 0) < 0) {
        return BANGER_E_INTERNAL;
    }
    return guest->file(builder, &file, 0);
}
static banger_status validate(void* self, banger_call* call, const banger_vm* vm,
                              banger_str merged) {
    (void)self;
    (void)vm;
    return note(call, "validate", text(merged.len > 2 ? "merged" : "empty"));
}
static banger_status on_start(void* self, banger_call* call) {
    (void)self;
    return note(call, "on_start", host->daemon_version);
}
static void on_stop(void* self, banger_call* call) {
    (void)self;
    (void)note(call, "on_stop", text("done"));
}
static banger_status reconcile_all(void* self, banger_call* call) {
    (void)self;
    return note(call, "reconcile_all", text("done"));
}
static banger_status leave(void* self, banger_call* call) {
    (void)self;
    return note(call, "leave", text("done"));
}
static banger_status validate_options(void* self, banger_call* call, banger_str given) {
    (void)self;
    return note(call, "validate_options", given);
}
static banger_status option_changed(void* self, banger_call* call, const banger_vm* vm,
                                    banger_str before, banger_str after) {
    (void)self;
    (void)vm;
    (void)before;
    return note(call, "option_changed", after);
}
static banger_status option_undo(void* self, banger_call* call, const banger_vm* vm,
                                 banger_str before, banger_str after, uint32_t flags) {
    (void)self;
    (void)vm;
    (void)after;
    (void)flags;
    return note(call, "option_undo", before);
}
static banger_status list(void* self, banger_call* call, const banger_vm* vm) {
    (void)self;
    (void)vm;
    return host->call_emit(
        call, BANGER_EMIT_JSON,
        text("{\"kind\":\"life\",\"name\":\"" LIFE_ID "\",\"vm\":null,\"state\":\"idle\"}"));
}
static banger_status list_all(void* self, banger_call* call) {
    return list(self, call, NULL);
}
static banger_status release(void* self, banger_call* call, banger_str object) {
    (void)self;
    return note(call, "release", object);
}
/* What a plugin of a later SDK may ask: is the slot that this host lacks there? */
static banger_status grown(void* self, banger_call* call, banger_str args) {
    (void)self;
    (void)args;
#ifdef LIFE_FUTURE
    return host->call_emit(call, BANGER_EMIT_TEXT,
                           text(BANGER_HAS(banger_kv_ops, kv, future_slot) ||
                                        BANGER_HAS(banger_host, host, future_slot) ||
                                        BANGER_HAS(banger_guest_config_ops, guest, future_slot)
                                    ? "the host has it"
                                    : "the host is older"));
#else
    return host->call_emit(call, BANGER_EMIT_TEXT, text("the host is as new"));
#endif
}

static banger_status create(const banger_host* given, banger_call* call, banger_str config,
                            void** self) {
    host = given;
    kv = (const banger_kv_ops*)host->get_extension(host, BANGER_EXT_KV);
    guest = (const banger_guest_config_ops*)host->get_extension(host, BANGER_EXT_GUEST_CONFIG);
    if (kv == NULL || guest == NULL || config.len == 0) {
        host->call_fail(call, BANGER_E_UNSUPPORTED, text("an extension is missing"), text(""));
        return BANGER_E_UNSUPPORTED;
    }
    *self = malloc(1);
    return BANGER_OK;
}
static banger_status init(void* self, banger_call* call) {
    (void)self;
    return note(call, "init", text("done"));
}
static void destroy(void* self) {
    free(self);
}

#define SIZED(type) .struct_size = sizeof(type)
static const banger_vm_lifecycle lifecycle = {
    SIZED(banger_vm_lifecycle),   .before_create = before_create, .after_create = after_create,
    .before_start = before_start, .after_start = after_start,     .on_ready = on_ready,
    .before_stop = before_stop,   .after_stop = after_stop,       .before_delete = before_delete,
    .after_delete = after_delete, .reconcile = reconcile,         .undo = undo};
static const banger_guest_config guest_config = {SIZED(banger_guest_config),
                                                 .contribute = contribute, .validate = validate};
static const banger_daemon_hooks daemon_hooks = {SIZED(banger_daemon_hooks), .on_start = on_start,
                                                 .on_stop = on_stop, .reconcile_all = reconcile_all,
                                                 .leave = leave};
static const banger_readiness readiness = {SIZED(banger_readiness), .stage = LIFE_ID,
                                           .summary = "nothing", .wait = wait_ready};
static const banger_footprint footprint = {SIZED(banger_footprint), .list = list,
                                           .list_all = list_all, .release = release};
static const banger_option level = {SIZED(banger_option), .flags = BANGER_OPTION_LIVE,
                                    .name = LIFE_ID, .cli_flag = LIFE_ID,
                                    .schema = "{\"type\": \"integer\", \"default\": 3}"};
static const banger_option* const option_list[] = {&level};
static const banger_vm_options options = {SIZED(banger_vm_options),
                                          .count = 1,
                                          .items = option_list,
                                          .validate = validate_options,
                                          .option_changed = option_changed,
                                          .option_undo = option_undo};
static const banger_action grown_action = {SIZED(banger_action), .name = "grown",
                                           .summary = "is there what a later host has",
                                           .run = grown};
static const banger_action* const action_list[] = {&grown_action};
static const banger_actions cli = {SIZED(banger_actions), .count = 1, .items = action_list};
static const banger_iface ifaces[] = {{BANGER_IFACE_VM_LIFECYCLE, &lifecycle},
                                      {BANGER_IFACE_GUEST_CONFIG, &guest_config},
                                      {BANGER_IFACE_DAEMON, &daemon_hooks},
                                      {BANGER_IFACE_READINESS, &readiness},
                                      {BANGER_IFACE_FOOTPRINT, &footprint},
                                      {BANGER_IFACE_VM_OPTIONS, &options},
                                      {BANGER_IFACE_CLI, &cli}};
static const char* const needs[] = {BANGER_EXT_KV, NULL};
static const banger_descriptor descriptor = {SIZED(banger_descriptor), .id = LIFE_ID,
                                             .name = "Life in C", .version = "1.0.0",
                                             .requires_ext = needs};

#ifndef LIFE_MIN_MINOR
#define LIFE_MIN_MINOR 0
#endif
static const banger_entry entry = {.magic = BANGER_MAGIC,
                                   SIZED(banger_entry),
                                   .abi_major = BANGER_ABI_MAJOR,
                                   .min_minor = LIFE_MIN_MINOR,
                                   .built_minor = BANGER_ABI_MINOR,
                                   .iface_count = sizeof ifaces / sizeof *ifaces,
                                   .desc = &descriptor,
                                   .ifaces = ifaces,
                                   .create = create,
                                   .init = init,
                                   .destroy = destroy};

BANGER_EXPORT const banger_entry* banger_plugin_entry_v1(void) {
    return &entry;
}
