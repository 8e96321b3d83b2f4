/* A plugin that does nothing, for what it costs to ask it. */
#include <banger/plugin.h>

static banger_status create(const banger_host* host, banger_call* call, banger_str config,
                            void** self) {
    static int it;
    (void)host;
    (void)call;
    (void)config;
    *self = &it;
    return BANGER_OK;
}
static void destroy(void* self) {
    (void)self;
}
static banger_status hook(void* self, banger_call* call, const banger_vm* vm) {
    (void)self;
    (void)call;
    return vm->pid < 0 ? BANGER_E_INVALID : BANGER_OK;
}

static const banger_vm_lifecycle lifecycle = {
    .struct_size = sizeof(banger_vm_lifecycle), .on_ready = hook, .before_stop = hook};
static const banger_iface ifaces[] = {{BANGER_IFACE_VM_LIFECYCLE, &lifecycle}};
static const banger_descriptor descriptor = {
    .struct_size = sizeof(banger_descriptor), .id = QUICK_ID, .name = "Quick", .version = "1.0.0"};
static const banger_entry entry = {.magic = BANGER_MAGIC,
                                   .struct_size = sizeof(banger_entry),
                                   .abi_major = BANGER_ABI_MAJOR,
                                   .iface_count = 1,
                                   .desc = &descriptor,
                                   .ifaces = ifaces,
                                   .create = create,
                                   .destroy = destroy};

BANGER_EXPORT const banger_entry* banger_plugin_entry_v1(void) {
    return &entry;
}
