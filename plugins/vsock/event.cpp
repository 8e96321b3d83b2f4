#include "event.hpp"

#include "guest_json.hpp"
#include "numbers.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <nlohmann/json.hpp>

namespace vsock {
namespace {

constexpr std::array<std::pair<std::string_view, EventKind>, 5> kinds{
    {{"hello", EventKind::hello},
     {"ready", EventKind::ready},
     {"booted", EventKind::booted},
     {"clock", EventKind::clock},
     {"stopping", EventKind::stopping}}};
constexpr std::size_t longest_kind = 64;

} // namespace

Event parse_event(std::string_view line) {
    const nlohmann::json object = parse_object(line);
    const std::string name = text_in(object, "event", longest_kind);
    const auto* known = std::find_if(kinds.begin(), kinds.end(),
                                     [&](const auto& kind) { return kind.first == name; });
    Event event;
    event.kind = known == kinds.end() ? EventKind::unknown : known->second;
    event.uptime_ms = count_in(object, "uptime_ms", most_ms);
    event.off_ms = signed_in(object, "off_ms", static_cast<std::int64_t>(most_ms));
    event.failed_units = read_failed_units(object);
    if (event.kind == EventKind::hello) {
        event.health = read_health(member(object, "health"));
    }
    return event;
}

} // namespace vsock
