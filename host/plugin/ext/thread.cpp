#include "plugin/extensions.hpp"
#include "plugin/limits.hpp"
#include "plugin/text.hpp"

namespace banger::plugin {
namespace {

banger_call* call_open(const banger_host* host, banger_str name, int64_t timeout_ms) noexcept {
    try {
        const Visit plugin(host);
        return plugin ? plugin->open_call(one_line(view(name), limits::call_name),
                                          std::chrono::milliseconds(timeout_ms))
                      : nullptr;
    } catch (...) { // no memory
        return nullptr;
    }
}

void call_close(banger_call* handle) noexcept {
    if (const Using call(handle, "thread.call_close"); call) {
        call->plugin.close_call(*call);
    }
}

} // namespace

const banger_thread_ops thread_ops{sizeof(banger_thread_ops), 0, call_open, call_close};

} // namespace banger::plugin
