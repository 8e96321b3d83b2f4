#include "os/json_depth.hpp"
#include "os/utf8.hpp"
#include "plugin/extensions.hpp"
#include "plugin/limits.hpp"

#include <nlohmann/json.hpp>

namespace banger::plugin {
namespace {

banger_status put(const banger_host* host, banger_str vm_id, banger_str facts_json) noexcept {
    try {
        const Visit plugin(host);
        if (!plugin) {
            return BANGER_E_UNAVAILABLE;
        }
        const std::string facts = limits::taken("facts", facts_json, limits::facts);
        if (!os::is_utf8(facts) || os::json_depth(facts) > os::deepest_json ||
            !nlohmann::json::parse(facts, nullptr, false).is_object()) {
            return BANGER_E_INVALID;
        }
        plugin->services.guest_facts->put(limits::taken("the id of a VM", vm_id, limits::vm_name),
                                          facts);
        return BANGER_OK;
    } catch (...) {
        return status_of(os::current_error().kind());
    }
}

} // namespace

const banger_guest_facts_ops guest_facts_ops{sizeof(banger_guest_facts_ops), 0, put};

} // namespace banger::plugin
