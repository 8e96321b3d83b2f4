#include "json_text.hpp"

#include <nlohmann/json.hpp>

namespace imagebuild {

std::string text_in(const nlohmann::json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

} // namespace imagebuild
