#include "plugin/extensions.hpp"
#include "plugin/text.hpp"

#include <nlohmann/json.hpp>

namespace banger::plugin {
namespace {

constexpr std::size_t max_facts = 64U << 10U;

banger_status put(const banger_host* host, banger_str vm_id, banger_str facts_json) noexcept {
    try {
        const std::string facts = copy(facts_json);
        if (facts.size() > max_facts || !is_utf8(facts) ||
            !nlohmann::json::parse(facts, nullptr, false).is_object()) {
            return BANGER_E_INVALID;
        }
        HostView::plugin_of(host).services.guest_facts->put(copy(vm_id), facts);
        return BANGER_OK;
    } catch (...) {
        return status_of(os::current_error().kind());
    }
}

} // namespace

const banger_guest_facts_ops guest_facts_ops{sizeof(banger_guest_facts_ops), 0, put};

} // namespace banger::plugin
