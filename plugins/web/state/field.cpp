#include "field.hpp"

#include <cmath>

namespace web {

using nlohmann::json;

const json& field(const json& object, const char* name) {
    static const json none;
    if (!object.is_object()) {
        return none;
    }
    const auto found = object.find(name);
    return found == object.end() ? none : *found;
}

std::string field_text(const json& object, const char* name) {
    const json& value = field(object, name);
    return value.is_string() ? value.get<std::string>() : std::string();
}

double field_number(const json& object, const char* name, double otherwise) {
    const json& value = field(object, name);
    if (!value.is_number()) {
        return otherwise;
    }
    const auto number = value.get<double>();
    return std::isfinite(number) && number >= 0 ? number : otherwise;
}

std::uint64_t field_count(const json& object, const char* name) {
    constexpr double most = 9007199254740992.0; // from there on not every whole number is one
    return static_cast<std::uint64_t>(std::min(field_number(object, name), most));
}

bool field_flag(const json& object, const char* name) {
    const json& value = field(object, name);
    return value.is_boolean() && value.get<bool>();
}

const json& field_list(const json& object, const char* name) {
    static const json none = json::array();
    const json& value = field(object, name);
    return value.is_array() ? value : none;
}

const json& field_object(const json& object, const char* name) {
    static const json none = json::object();
    const json& value = field(object, name);
    return value.is_object() ? value : none;
}

} // namespace web
