#include "plugin/background.hpp"
#include "plugin/extensions.hpp"
#include "plugin/limits.hpp"

namespace banger::plugin {
namespace {

uint64_t start(const banger_host* host, int64_t delay_ms, int64_t period_ms, banger_timer_fn fn,
               void* context) noexcept {
    try {
        const Visit plugin(host);
        return fn && plugin ? plugin->background().start_timer(limits::time(delay_ms),
                                                               limits::time(period_ms), fn, context)
                            : 0;
    } catch (...) { // no memory or threads
        return 0;
    }
}

void cancel(const banger_host* host, uint64_t id) noexcept {
    HostView::plugin_of(host).background().cancel(id);
}

} // namespace

const banger_timer_ops timer_ops{sizeof(banger_timer_ops), 0, start, cancel};

} // namespace banger::plugin
