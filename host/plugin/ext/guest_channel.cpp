#include "plugin/extensions.hpp"

#include <algorithm>

namespace banger::plugin {
namespace {

int32_t open(const banger_host*, banger_call* call, banger_str vm_id, uint32_t port,
             int64_t timeout_ms) noexcept {
    int32_t fd = -1;
    const banger_status status = perform(call, "guest_channel.open", [&] {
        Deadline deadline = call->deadline;
        if (timeout_ms > 0) {
            deadline = std::min(deadline,
                                banger_call::Clock::now() + std::chrono::milliseconds(timeout_ms));
        }
        fd = call->plugin.services.guest->open(copy(vm_id), port, deadline, call->cancel_fd())
                 .release();
    });
    return status < 0 ? status : fd;
}

} // namespace

const banger_guest_channel_ops guest_channel_ops{sizeof(banger_guest_channel_ops), 0, open};

} // namespace banger::plugin
