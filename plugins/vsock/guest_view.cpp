#include "guest_view.hpp"

#include <array>
#include <ctime>

#include <nlohmann/json.hpp>

namespace vsock {
namespace {

using nlohmann::json;

constexpr std::size_t most_facts = 64U * 1024; ///< ext/guest_facts.h

/// RFC 3339 in UTC, with milliseconds.
std::string timestamp(std::chrono::system_clock::time_point time) {
    const auto ms = std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
    const std::time_t seconds = ms / 1000;
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 64> text{};
    const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    const std::string fraction = std::to_string(1000 + ms % 1000);
    return std::string(text.data(), size) + "." + fraction.substr(1) + "Z";
}

/// Halves the longest list; false when none is left to be cut.
bool cut_longest(json& facts) {
    json* longest = nullptr;
    for (const char* path : {"/ports/ports", "/stats/disks", "/stats/network", "/failed_units"}) {
        const json::json_pointer at(path);
        if (facts.contains(at) && facts[at].is_array() &&
            (longest == nullptr || facts[at].size() > longest->size())) {
            longest = &facts[at];
        }
    }
    if (longest == nullptr || longest->empty()) {
        return false;
    }
    longest->erase(longest->begin() + static_cast<std::ptrdiff_t>(longest->size() / 2),
                   longest->end());
    return true;
}

} // namespace

std::string_view to_string(GuestState state) {
    switch (state) {
    case GuestState::booting:
        return "booting";
    case GuestState::ready:
        return "ready";
    case GuestState::silent:
        return "silent";
    }
    return "silent";
}

bool is_away(const GuestView& view) {
    return view.heard && !view.connected;
}

std::string_view state_text(const GuestView& view) {
    return is_away(view) && view.state != GuestState::silent ? "away" : to_string(view.state);
}

std::string facts_json(const GuestView& view) {
    json facts{{"state", state_text(view)}};
    if (view.heard) {
        facts["heard_at"] = timestamp(view.heard_at);
    }
    if (!view.version.empty()) {
        facts["agent"] = {{"version", view.version}};
    }
    if (view.failed_units) {
        facts["failed_units"] = *view.failed_units;
    }
    if (view.stats) {
        facts["stats"] = to_json(*view.stats);
    }
    if (view.cpu_percent) {
        facts["cpu_percent"] = *view.cpu_percent;
    }
    if (view.ports) {
        facts["ports"] = to_json(*view.ports);
    }
    const auto dumped = [&] { return facts.dump(-1, ' ', false, json::error_handler_t::replace); };
    std::string text = dumped();
    while (text.size() > most_facts && cut_longest(facts)) {
        text = dumped();
    }
    return text;
}

} // namespace vsock
