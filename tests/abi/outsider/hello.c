/* The smallest plugin in C: one verb, and a kernel argument for every guest. */
#include <banger/plugin.h>

#include <stdlib.h>
#include <string.h>

static const banger_host* host;

static banger_str text(const char* s) {
    banger_str result;
    result.ptr = s;
    result.len = strlen(s);
    return result;
}

static banger_status contribute(void* self, banger_call* call, const banger_vm* vm,
                                banger_gcb* builder) {
    const banger_guest_config_ops* ops =
        (const banger_guest_config_ops*)host->get_extension(host, BANGER_EXT_GUEST_CONFIG);
    (void)self;
    (void)call;
    (void)vm;
    return ops->kernel_arg(builder, text("hello"), text("c"), 0);
}

static banger_status greet(void* self, banger_call* call, banger_str args) {
    (void)args;
    return host->call_emit(call, BANGER_EMIT_TEXT, text((const char*)self));
}

static banger_status create(const banger_host* given, banger_call* call, banger_str config,
                            void** self) {
    (void)call;
    (void)config;
    host = given;
    *self = malloc(16);
    if (*self == NULL) {
        return BANGER_E_INTERNAL;
    }
    strcpy((char*)*self, "hello from C");
    return BANGER_OK;
}

static void destroy(void* self) {
    free(self);
}

static const banger_action greet_action = {
    sizeof(banger_action), 0, "greet", "says hello", NULL, NULL, greet, NULL};
static const banger_action* const action_list[] = {&greet_action};
static const banger_actions actions = {sizeof(banger_actions), 1, action_list};
static const banger_guest_config guest_config = {sizeof(banger_guest_config), 0, contribute, NULL};
static const banger_iface ifaces[] = {{BANGER_IFACE_CLI, &actions},
                                      {BANGER_IFACE_GUEST_CONFIG, &guest_config}};
static const banger_descriptor descriptor = {sizeof(banger_descriptor),
                                             0,
                                             "hello-c",
                                             "Hello in C",
                                             "1.0.0",
                                             NULL,
                                             NULL,
                                             NULL,
                                             "greets from C",
                                             NULL,
                                             0,
                                             0,
                                             NULL,
                                             NULL,
                                             NULL,
                                             NULL};
static const banger_entry entry = {BANGER_MAGIC,     sizeof(banger_entry),
                                   BANGER_ABI_MAJOR, 0,
                                   BANGER_ABI_MINOR, 2,
                                   &descriptor,      ifaces,
                                   create,           NULL,
                                   destroy};

BANGER_EXPORT const banger_entry* banger_plugin_entry_v1(void) {
    return &entry;
}
