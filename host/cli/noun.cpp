#include "cli/noun.hpp"

#include "api_client/json.hpp"
#include "cli/quantity.hpp"

#include "os/nearest.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace banger::cli {

Json list(const Api& api, const Noun& noun) {
    const Json answer = api.get(noun.path);
    const Json& entries = answer.is_object() ? value_at(answer, noun.key) : answer;
    return entries.is_array() ? entries : Json::array();
}

std::vector<std::string> names(const Api& api, const Noun& noun) {
    std::vector<std::string> result;
    for (const Json& entry : list(api, noun)) {
        result.push_back(text_at(entry, noun.id));
    }
    return result;
}

os::Error explained(const Api& api, const Noun& noun, const std::string& name,
                    const os::Error& error) {
    if (error.kind() != os::ErrorKind::not_found) {
        return error;
    }
    const std::vector<std::string> known = names(api, noun);
    if (std::find(known.begin(), known.end(), name) != known.end()) {
        return error; // something else is missing
    }
    const std::string guess = os::did_you_mean(name, known);
    return {os::ErrorKind::not_found,
            std::string("no ") + noun.word + " named '" + name + "'" + guess,
            guess.empty() ? std::string(noun.listed) + " lists them" : ""};
}

os::Error in_flags(const os::Error& error) {
    static constexpr auto flags = std::to_array<std::pair<std::string_view, std::string_view>>({
        {"vcpus ", "--vcpu "},
        {"memory_mib ", "--memory "},
        {"disk_mib ", "--disk "},
        {"work_disk_mib ", "--work-disk "},
        {"disk_bytes_per_s ", "--disk-bandwidth "},
        {"disk_ops_per_s ", "--disk-iops "},
        {"network_bytes_per_s ", "--network-bandwidth "},
        {"timeout_s ", "--timeout "},
    });
    const std::string text = error.what();
    for (const auto& [member, flag] : flags) {
        if (error.kind() == os::ErrorKind::invalid && text.starts_with(member)) {
            const std::string words = std::string(flag) + text.substr(member.size());
            if (member.ends_with("_per_s ") && !error.hint().empty()) {
                return {error.kind(), words, "with less a guest does not boot; off is no limit"};
            }
            const bool size = member.ends_with("_mib ");
            return {error.kind(), words, error.hint().empty() && size ? size_hint : error.hint()};
        }
    }
    return error;
}

Json get_one(const Api& api, const Noun& noun, const std::string& name, const std::string& rest) {
    try {
        return api.get(noun.target(name) + rest);
    } catch (const os::Error& error) {
        throw explained(api, noun, name, error);
    }
}

Several get_all(const Api& api, const Noun& noun, const std::vector<std::string>& names) {
    Several several;
    for (const std::string& name : names) {
        try {
            several.found.push_back(get_one(api, noun, name));
        } catch (const os::Error& error) {
            if (error.kind() != os::ErrorKind::not_found) {
                throw;
            }
            several.missing.push_back(error);
        }
    }
    return several;
}

void print_found(const Session& session, const Several& several, std::size_t asked) {
    if (asked > 1) {
        session.print_json(several.found);
    } else if (!several.found.empty()) {
        session.print_json(several.found.front());
    }
}

int report_missing(const Session& session, const Several& several) {
    for (const os::Error& error : several.missing) {
        session.report(error);
    }
    return as_int(several.missing.empty() ? ExitCode::ok : ExitCode::not_found);
}

const Json& value_at(const Json& object, const char* key) {
    static const Json null;
    if (!object.is_object()) {
        return null;
    }
    const auto found = object.find(key);
    return found == object.end() ? null : *found;
}

std::string text_at(const Json& object, const char* key) {
    return plain(value_at(object, key));
}

std::optional<double> number_at(const Json& object, const char* key) {
    const Json& value = value_at(object, key);
    return value.is_number() ? std::optional<double>(value.get<double>()) : std::nullopt;
}

std::string plain(const Json& value) {
    if (value.is_null()) {
        return {};
    }
    if (value.is_string()) {
        return value.get<std::string>();
    }
    if (value.is_array()) {
        std::string result;
        for (const Json& item : value) {
            result += (result.empty() ? "" : ", ") + plain(item);
        }
        return result;
    }
    return value.dump();
}

} // namespace banger::cli
