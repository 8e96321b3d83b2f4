#include "events.hpp"

#include "json_text.hpp"
#include "uptime.hpp"

#include <nlohmann/json.hpp>

namespace agent {

Events::Subscription Events::subscribe(Listener listener) {
    const std::uint64_t id = next_id_++;
    listeners_[id] = std::move(listener);
    return {*this, id};
}

std::string Events::line(std::string_view name, const nlohmann::json& members) {
    nlohmann::json event = members;
    event["event"] = name;
    event["uptime_ms"] = uptime_ms();
    return to_text(event) + "\n";
}

void Events::publish(std::string_view name) {
    publish(name, nlohmann::json::object());
}

void Events::publish(std::string_view name, const nlohmann::json& members) {
    const std::string text = line(name, members);
    for (const auto& [id, listener] : listeners_) {
        listener(text);
    }
}

} // namespace agent
