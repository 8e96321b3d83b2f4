#include "plugin/extensions.hpp"

namespace banger::plugin {
namespace {

int32_t enabled(const banger_host* host, int32_t level) noexcept {
    try {
        const Visit plugin(host);
        if (!plugin) {
            return 0;
        }
        const Services& services = plugin->services;
        return services.log && (!services.log_enabled || services.log_enabled(level)) ? 1 : 0;
    } catch (...) {
        return 1;
    }
}

} // namespace

const banger_log_ops log_ops{sizeof(banger_log_ops), 0, enabled};

} // namespace banger::plugin
