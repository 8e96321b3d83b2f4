/* A plugin that takes and does not say how it gives back: no host loads it. */
#include <banger/plugin.h>

static banger_status before_start(void* self, banger_call* call, const banger_vm* vm) {
    (void)self;
    (void)call;
    (void)vm;
    return BANGER_OK;
}
static banger_status create(const banger_host* host, banger_call* call, banger_str config,
                            void** self) {
    (void)host;
    (void)call;
    (void)config;
    *self = 0;
    return BANGER_OK;
}
static void destroy(void* self) {
    (void)self;
}

static const banger_vm_lifecycle lifecycle = {
    .struct_size = sizeof(banger_vm_lifecycle),
    .before_start = before_start,
};
static const banger_iface ifaces[] = {{BANGER_IFACE_VM_LIFECYCLE, &lifecycle}};
static const banger_descriptor descriptor = {
    .struct_size = sizeof(banger_descriptor),
    .id = "one-sided",
    .name = "One-sided",
    .version = "1.0.0",
};
static const banger_entry entry = {
    .magic = BANGER_MAGIC,
    .struct_size = sizeof(banger_entry),
    .abi_major = BANGER_ABI_MAJOR,
    .iface_count = 1,
    .desc = &descriptor,
    .ifaces = ifaces,
    .create = create,
    .destroy = destroy,
};

BANGER_EXPORT const banger_entry* banger_plugin_entry_v1(void) {
    return &entry;
}
