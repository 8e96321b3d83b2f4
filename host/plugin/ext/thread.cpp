#include "plugin/extensions.hpp"
#include "plugin/text.hpp"

namespace banger::plugin {
namespace {

banger_call* call_open(const banger_host* host, banger_str name, int64_t timeout_ms) noexcept {
    try {
        constexpr std::size_t max_name = 64;
        return HostView::plugin_of(host).open_call(one_line(copy(name), max_name),
                                                   std::chrono::milliseconds(timeout_ms));
    } catch (...) { // no memory or descriptors
        return nullptr;
    }
}

void call_close(banger_call* call) noexcept {
    if (usable(call, "thread.call_close")) {
        call->plugin.close_call(call);
    }
}

} // namespace

const banger_thread_ops thread_ops{sizeof(banger_thread_ops), 0, call_open, call_close};

} // namespace banger::plugin
