#include "plugin/extensions.hpp"
#include "plugin/limits.hpp"

#include <algorithm>

namespace banger::plugin {
namespace {

int32_t open(const banger_host*, banger_call* call, banger_str vm_id, uint32_t port,
             int64_t timeout_ms) noexcept {
    int32_t fd = -1;
    const banger_status status = perform(call, "guest_channel.open", [&](Call& of) {
        const std::string id = limits::taken("the id of a VM", vm_id, limits::vm_name);
        Deadline deadline = of.deadline;
        if (timeout_ms > 0) {
            deadline = std::min(deadline, Call::Clock::now() + limits::time(timeout_ms));
        }
        fd = of.plugin.services.guest->open(id, port, deadline, of.cancel_fd()).release();
    });
    return status < 0 ? status : fd;
}

} // namespace

const banger_guest_channel_ops guest_channel_ops{sizeof(banger_guest_channel_ops), 0, open};

} // namespace banger::plugin
