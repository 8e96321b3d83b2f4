#include "guest_json.hpp"

#include "text.hpp"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

namespace vsock {
namespace {

using nlohmann::json;

constexpr int deepest = 16;

} // namespace

json parse_object(std::string_view bytes) {
    const auto bounded = [](int depth, json::parse_event_t, json&) {
        if (depth > deepest) {
            throw Refused("JSON of more than " + std::to_string(deepest) + " levels");
        }
        return true;
    };
    json object = json::parse(as_utf8(bytes), bounded, false);
    if (!object.is_object()) {
        throw Refused("no JSON object");
    }
    return object;
}

const json& member(const json& object, const char* key) {
    static const json none;
    if (!object.is_object()) {
        return none;
    }
    const auto found = object.find(key);
    return found == object.end() ? none : *found;
}

const json& list_in(const json& object, const char* key) {
    static const json none = json::array();
    const json& list = member(object, key);
    return list.is_array() ? list : none;
}

std::uint64_t count_in(const json& object, const char* key, std::uint64_t most) {
    const json& value = member(object, key);
    if (value.is_number_unsigned()) {
        return std::min(value.get<std::uint64_t>(), most);
    }
    return static_cast<std::uint64_t>(
        number_of(value, static_cast<double>(std::min<std::uint64_t>(most, 1ULL << 53U))));
}

std::int64_t signed_in(const json& object, const char* key, std::int64_t most) {
    const json& value = member(object, key);
    if (value.is_number_unsigned()) {
        return static_cast<std::int64_t>(
            std::min(value.get<std::uint64_t>(), static_cast<std::uint64_t>(most)));
    }
    if (value.is_number_integer()) {
        return std::max(value.get<std::int64_t>(), -most);
    }
    return 0;
}

double number_of(const json& value, double most) {
    if (!value.is_number()) {
        return 0;
    }
    const double number = value.get<double>();
    return std::isfinite(number) ? std::clamp(number, 0.0, most) : 0;
}

double number_in(const json& object, const char* key, double most) {
    return number_of(member(object, key), most);
}

bool flag_in(const json& object, const char* key) {
    const json& value = member(object, key);
    return value.is_boolean() && value.get<bool>();
}

std::string text_in(const json& object, const char* key, std::size_t most) {
    const json& value = member(object, key);
    return value.is_string() ? shown(value.get_ref<const std::string&>(), most) : std::string();
}

std::vector<std::string> texts_of(const json& list, std::size_t most) {
    std::vector<std::string> texts;
    for (const json& item : list) {
        if (item.is_string() && texts.size() < most_entries) {
            texts.push_back(shown(item.get_ref<const std::string&>(), most));
        }
    }
    return texts;
}

} // namespace vsock
