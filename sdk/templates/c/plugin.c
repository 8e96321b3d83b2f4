/* Notes each VM while it runs, and puts the plugin's settings into its guest. Replace both by what
 * your plugin is for: the pattern of taking and giving back stays. */
#include <banger/plugin.h>

#include <stdlib.h>
#include <string.h>

struct plugin {
    const banger_host* host;
    const banger_kv_ops* kv;
    const banger_guest_config_ops* guest;
    char* config; /* as JSON */
};

static banger_str text(const char* s) {
    banger_str result;
    result.ptr = s;
    result.len = strlen(s);
    return result;
}

/* Takes nothing of the machine: `banger config check` makes the plugin, too. */
static banger_status create(const banger_host* host, banger_call* call, banger_str config,
                            void** self) {
    struct plugin* p = calloc(1, sizeof *p);
    if (p == NULL || (p->config = malloc(config.len + 1)) == NULL) {
        free(p);
        host->call_fail(call, BANGER_E_INTERNAL, text("out of memory"), text(""));
        return BANGER_E_INTERNAL;
    }
    memcpy(p->config, config.ptr, config.len); /* borrowed: what is kept is copied */
    p->config[config.len] = '\0';
    p->host = host;
    p->kv = host->get_extension(host, BANGER_EXT_KV); /* there: see requires_ext */
    p->guest = host->get_extension(host, BANGER_EXT_GUEST_CONFIG);
    *self = p;
    return BANGER_OK;
}

static void destroy(void* self) {
    struct plugin* p = self;
    free(p->config);
    free(p);
}

/* Takes what the VM needs on this machine. It may refuse: call_fail(), and a negative status. */
static banger_status before_start(void* self, banger_call* call, const banger_vm* vm) {
    struct plugin* p = self;
    /* Durable on return: undo() then knows what may have been taken. */
    const banger_status status = p->host->call_set_cookie(call, text("noted"));
    return status < 0 ? status : p->kv->set(p->host, call, vm->id, vm->name);
}

/* Says what the guest gets. Changes nothing on this machine, and gives the same each time. */
static banger_status contribute(void* self, banger_call* call, const banger_vm* vm,
                                banger_gcb* builder) {
    struct plugin* p = self;
    banger_file file = {.struct_size = sizeof(banger_file), .mode = 0644};
    (void)call;
    (void)vm;
    file.guest_path = text("/etc/@NAME@.json");
    file.data = text(p->config);
    return p->guest->file(builder, &file, 0);
}

/* Gives back: at the normal end, and when a start did not come through. Both may find nothing, or
 * be called twice. */
static banger_status after_stop(void* self, banger_call* call, const banger_vm* vm) {
    struct plugin* p = self;
    return p->kv->remove(p->host, call, vm->id);
}

static banger_status undo(void* self, banger_call* call, const banger_vm* vm, uint32_t hook,
                          uint32_t flags) {
    (void)hook;
    (void)flags;
    return after_stop(self, call, vm);
}

/* After a start of the daemon, for each VM that runs: it may have been started without us. */
static banger_status reconcile(void* self, banger_call* call, const banger_vm* vm) {
    struct plugin* p = self;
    return p->kv->set(p->host, call, vm->id, vm->name);
}

static banger_status ls(void* self, banger_call* call, banger_str args) {
    struct plugin* p = self;
    const banger_result* keys = p->kv->list(p->host, call, text(""));
    (void)args;
    return keys->status < 0 ? keys->status
                            : p->host->call_emit(call, BANGER_EMIT_JSON, keys->value);
}

static banger_status examine(void* self, banger_call* call, banger_str args) {
    struct plugin* p = self;
    (void)args;
    return p->host->call_emit(
        call, BANGER_EMIT_JSON,
        text("{\"severity\": \"ok\", \"title\": \"@NAME@ has what it needs\"}"));
}

/* What follows is what the host reads: tables, each with its own size; what is not named is NULL,
 * and so not done by this plugin. */
static const banger_vm_lifecycle lifecycle = {
    .struct_size = sizeof(banger_vm_lifecycle),
    .before_start = before_start,
    .after_stop = after_stop,
    .reconcile = reconcile,
    .undo = undo,
};
static const banger_guest_config guest_config = {
    .struct_size = sizeof(banger_guest_config),
    .contribute = contribute,
};

static const banger_action ls_action = {
    .struct_size = sizeof(banger_action),
    .name = "ls",
    .summary = "ids of the VMs that run",
    .run = ls,
};
static const banger_action* const verbs[] = {&ls_action};
static const banger_actions cli = {sizeof(banger_actions), 1, verbs};

static const banger_action needs_action = {
    .struct_size = sizeof(banger_action),
    .name = "needs",
    .summary = "what the plugin needs of this machine",
    .run = examine,
};
static const banger_action* const checks[] = {&needs_action};
static const banger_actions doctor = {sizeof(banger_actions), 1, checks};

static const banger_iface ifaces[] = {
    {BANGER_IFACE_VM_LIFECYCLE, &lifecycle},
    {BANGER_IFACE_GUEST_CONFIG, &guest_config},
    {BANGER_IFACE_CLI, &cli},
    {BANGER_IFACE_DOCTOR, &doctor},
};

static const char* const needs[] = {BANGER_EXT_KV, NULL};
static const banger_descriptor descriptor = {
    .struct_size = sizeof(banger_descriptor),
    .id = "@NAME@", /* the file is <id>.so */
    .name = "@NAME@",
    .version = "0.1.0",
    .summary = "notes the VMs that run",
    .config_schema = "{\"properties\": {\"greeting\": {\"type\": \"string\","
                     "                                  \"default\": \"hello\"}}}",
    .requires_ext = needs,
};

static const banger_entry entry = {
    .magic = BANGER_MAGIC,
    .struct_size = sizeof(banger_entry),
    .abi_major = BANGER_ABI_MAJOR,
    .min_minor = 0, /* the oldest host it can work with */
    .built_minor = BANGER_ABI_MINOR,
    .iface_count = sizeof ifaces / sizeof *ifaces,
    .desc = &descriptor,
    .ifaces = ifaces,
    .create = create,
    .destroy = destroy,
};

BANGER_EXPORT const banger_entry* banger_plugin_entry_v1(void) {
    return &entry;
}
