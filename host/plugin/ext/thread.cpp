#include "os/utf8.hpp"
#include "plugin/call_table.hpp"
#include "plugin/extensions.hpp"
#include "plugin/limits.hpp"

namespace banger::plugin {
namespace {

banger_call* call_open(const banger_host* host, banger_str name, int64_t timeout_ms) noexcept {
    try {
        const Visit plugin(host);
        return plugin ? plugin->open_call(os::one_line(view(name), limits::call_name),
                                          std::chrono::milliseconds(timeout_ms))
                      : nullptr;
    } catch (...) { // no memory
        return nullptr;
    }
}

/// Also of a thread that goes on when the host's services are gone.
void call_close(banger_call* handle) noexcept {
    try {
        const auto call = find_call(handle);
        if (call && !call->over && call->thread.load() == std::this_thread::get_id()) {
            call->plugin.close_call(*call);
        } else {
            const Using misused(handle, "thread.call_close"); // which says so
        }
    } catch (...) { // no memory to remember it for those who use it later
    }
}

} // namespace

const banger_thread_ops thread_ops{sizeof(banger_thread_ops), 0, call_open, call_close};

} // namespace banger::plugin
