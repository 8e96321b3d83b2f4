#include "json_text.hpp"

#include "refusal.hpp"

#include <nlohmann/json.hpp>

namespace agent {

std::string to_text(const nlohmann::json& value) {
    return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

nlohmann::json parse_object(std::string_view text) {
    auto value = nlohmann::json::parse(text, nullptr, false);
    if (!value.is_object()) {
        throw Refusal(Kind::invalid, "the body must be a JSON object");
    }
    return value;
}

} // namespace agent
