#include "health.hpp"

#include "guest_json.hpp"
#include "numbers.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace vsock {
namespace {

constexpr std::size_t longest_word = 64;
constexpr std::size_t longest_unit = 128;

} // namespace

bool Health::has(std::string_view feature) const {
    return std::find(features.begin(), features.end(), feature) != features.end();
}

std::optional<std::vector<std::string>> read_failed_units(const nlohmann::json& from) {
    const nlohmann::json& units = member(from, "failed_units");
    if (!units.is_array()) {
        return std::nullopt;
    }
    return texts_of(units, longest_unit);
}

Health read_health(const nlohmann::json& object) {
    const nlohmann::json& agent = member(object, "agent");
    Health health;
    health.version = text_in(agent, "version", longest_word);
    health.protocol = count_in(agent, "protocol", most_count);
    health.features = texts_of(list_in(agent, "features"), longest_word);
    health.boot_id = text_in(object, "boot_id", longest_word);
    health.uptime_ms = count_in(object, "uptime_ms", most_ms);
    health.ready = flag_in(object, "ready");
    health.booted = text_in(object, "boot", longest_word) == "finished";
    health.failed_units = read_failed_units(object);
    if (health.protocol != 1) {
        throw Refused("an agent of protocol " + std::to_string(health.protocol));
    }
    return health;
}

Health parse_health(std::string_view body) {
    return read_health(parse_object(body));
}

} // namespace vsock
