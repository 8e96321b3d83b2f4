// A plugin that was linked without something it needs.
#include <cstdint>

extern "C" int a_function_of_nobody();

extern "C" __attribute__((visibility("default"))) const void* banger_plugin_entry_v1() {
    return reinterpret_cast<const void*>(static_cast<std::intptr_t>(a_function_of_nobody()));
}
