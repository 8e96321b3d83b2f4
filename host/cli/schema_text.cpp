#include "cli/schema_text.hpp"

#include "api_client/json.hpp"
#include "cli/noun.hpp"

#include <algorithm>
#include <cctype>
#include <vector>

namespace banger::cli {

std::string schema_limits(const Json& schema) {
    std::vector<std::string> notes;
    if (const Json& choices = value_at(schema, "enum"); choices.is_array()) {
        notes.push_back(plain(choices));
    }
    const std::string least = text_at(schema, "minimum");
    const std::string most = text_at(schema, "maximum");
    if (!least.empty() && !most.empty()) {
        notes.push_back(least + " to " + most);
    } else if (!least.empty() || !most.empty()) {
        notes.push_back(least.empty() ? "at most " + most : "at least " + least);
    }
    if (const Json& standard = value_at(schema, "default"); !standard.is_null()) {
        const std::string text = plain(standard);
        notes.push_back("default: " + (text.empty() ? "none" : text));
    }
    std::string joined;
    for (const std::string& note : notes) {
        joined += (joined.empty() ? "" : ", ") + note;
    }
    return joined.empty() ? "" : "(" + joined + ")";
}

std::string schema_text(const Json& schema) {
    const std::string text = text_at(schema, "description");
    const std::string limits = schema_limits(schema);
    const std::string what = text.empty() ? text_at(schema, "type") : text;
    return what + (what.empty() || limits.empty() ? "" : " ") + limits;
}

std::string positional_name(std::string parameter) {
    if (parameter == "vm" || parameter == "vms") {
        return "NAME";
    }
    std::transform(parameter.begin(), parameter.end(), parameter.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return parameter;
}

} // namespace banger::cli
