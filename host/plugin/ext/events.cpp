#include "os/json_depth.hpp"
#include "os/utf8.hpp"
#include "plugin/background.hpp"
#include "plugin/extensions.hpp"
#include "plugin/limits.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace banger::plugin {
namespace {

bool is_type(const std::string& type) {
    return !type.empty() && type[0] >= 'a' && type[0] <= 'z' &&
           std::all_of(type.begin(), type.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
           });
}

banger_status publish(const banger_host* host, banger_str type, banger_str data) noexcept {
    try {
        const Visit plugin(host);
        if (!plugin) {
            return BANGER_E_UNAVAILABLE;
        }
        if (!plugin->background().may_publish()) {
            return BANGER_E_BUSY;
        }
        const std::string name = limits::taken("the type of an event", type, limits::event_type);
        const std::string text = limits::taken("an event", data, limits::event_data);
        if (!is_type(name) || !os::is_utf8(text) || os::json_depth(text) > os::deepest_json ||
            !nlohmann::json::parse(text, nullptr, false).is_object()) {
            return BANGER_E_INVALID;
        }
        plugin->services.events->publish("plugin." + plugin->id() + "." + name, text);
        return BANGER_OK;
    } catch (...) {
        return status_of(os::current_error().kind());
    }
}

uint64_t subscribe(const banger_host* host, banger_str prefix, banger_event_fn fn,
                   void* context) noexcept {
    try {
        const Visit plugin(host);
        const std::string start = limits::taken("a prefix", prefix, limits::word);
        return fn && plugin ? plugin->background().subscribe(start, fn, context) : 0;
    } catch (...) { // no memory or threads, or too long
        return 0;
    }
}

void unsubscribe(const banger_host* host, uint64_t id) noexcept {
    HostView::plugin_of(host).background().cancel(id);
}

} // namespace

const banger_events_ops events_ops{sizeof(banger_events_ops), 0, publish, subscribe, unsubscribe};

} // namespace banger::plugin
