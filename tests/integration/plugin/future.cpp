// A plugin for a host that does not exist yet.
extern "C" __attribute__((visibility("default"))) const void* banger_plugin_entry_v2() {
    return nullptr;
}
