#include "config/value.hpp"

#include "config/problems.hpp"
#include "config/units.hpp"
#include "config/yaml_json.hpp"

#include "net/address.hpp"
#include "os/error.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include <nlohmann/json.hpp>
#include <yaml-cpp/yaml.h>

namespace banger::config {
namespace {

using Problem = std::optional<std::string>;

std::string in_quotes(std::string_view text) {
    return "\"" + std::string(text) + "\"";
}

Problem read_boolean(const std::string& text, bool& value) {
    if (text != "true" && text != "false") {
        return in_quotes(text) + " is neither true nor false";
    }
    value = text == "true";
    return std::nullopt;
}

/// `text_of` writes a limit of the rule as a person would.
template <class TextOf>
Problem in_range(const std::string& given, std::int64_t value, const Rule& rule, TextOf text_of) {
    if (value >= rule.min && value <= rule.max && (value == 0 || value >= rule.least)) {
        return std::nullopt;
    }
    const bool zero = rule.least > 0;
    return (zero ? "it must be 0, or from " : "it must be from ") +
           text_of(zero ? rule.least : rule.min) + " to " + text_of(rule.max) + ", not " + given;
}

Problem read_integer(const std::string& text, const Rule& rule, std::int64_t& slot) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) {
        return in_quotes(text) + " is not a whole number";
    }
    auto problem = in_range(text, value, rule, [](std::int64_t n) { return std::to_string(n); });
    slot = problem ? slot : value;
    return problem;
}

Problem read_size(const std::string& text, const Rule& rule, std::int64_t& slot) {
    const auto bytes = parse_size(text);
    if (!bytes) {
        return in_quotes(text) + " is not a size such as 512M or 8G";
    }
    const std::int64_t unit = rule.kind == Kind::mib ? mib : 1;
    if (*bytes % unit != 0) {
        return in_quotes(text) + " is not a whole number of MiB";
    }
    if (*bytes == 0 && text.find_first_of("123456789") != std::string::npos) {
        return in_quotes(text) + " is less than a byte";
    }
    auto problem =
        in_range(text, *bytes / unit, rule, [unit](std::int64_t n) { return size_text(n * unit); });
    slot = problem ? slot : *bytes / unit;
    return problem;
}

/// Whole hours as these: a year is 8760h.
std::string limit_text(std::int64_t ms) {
    constexpr std::int64_t hour = 3'600'000;
    return ms != 0 && ms % hour == 0 ? std::to_string(ms / hour) + "h"
                                     : duration_text(std::chrono::milliseconds(ms));
}

Problem read_duration(const std::string& text, const Rule& rule, std::chrono::milliseconds& slot) {
    const auto time = parse_duration(text);
    if (!time) {
        return in_quotes(text) + " is not a time such as 20s, 500ms or 2m";
    }
    auto problem = in_range(text, time->count(), rule, limit_text);
    slot = problem ? slot : *time;
    return problem;
}

Problem read_choice(const std::string& text, const Rule& rule, std::string& slot) {
    const std::vector<std::string> names(rule.choices.begin(), rule.choices.end());
    if (std::find(names.begin(), names.end(), text) == names.end()) {
        std::string list;
        for (const std::string& name : names) {
            list += (list.empty() ? "" : name == names.back() ? " or " : ", ") + name;
        }
        return in_quotes(text) + " is not " + list + did_you_mean(text, names);
    }
    slot = text;
    return std::nullopt;
}

Problem read_path(const std::string& text, std::string& slot) {
    if (text.substr(0, 2) == "~/") {
        const char* home = std::getenv("HOME");
        if (home == nullptr || *home != '/') {
            return "HOME is not set, so ~ means nothing";
        }
        slot = std::string(home) + text.substr(1);
        return std::nullopt;
    }
    if (!text.empty() && text.front() != '/') {
        return in_quotes(text) + " is not an absolute path";
    }
    slot = text;
    return std::nullopt;
}

Problem read_program(const std::string& text, std::string& slot) {
    if (text.empty()) {
        return "it has no value";
    }
    if (text.find('/') != std::string::npos) {
        return read_path(text, slot);
    }
    slot = text;
    return std::nullopt;
}

/// As the privileged helper takes it: only names that are ours, within IFNAMSIZ.
Problem read_bridge(const std::string& text, std::string& slot) {
    const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
    if (text.substr(0, 6) != "banger" || text.size() > 15 || !plain) {
        return in_quotes(text) +
               " must begin with \"banger\" and have at most 15 of a-z, 0-9 and -";
    }
    slot = text;
    return std::nullopt;
}

Problem read_subnet(const std::string& text, std::string& slot) {
    if (text == "auto") {
        slot = text;
        return std::nullopt;
    }
    try {
        const net::Subnet subnet = net::Subnet::parse(text);
        if (subnet.prefix < 16 || subnet.prefix > 29) {
            return "its prefix must be from /16 to /29";
        }
        if (!net::is_private(subnet)) {
            return in_quotes(text) + " is not a private network (such as 172.30.88.0/24)";
        }
        slot = subnet.text();
        return std::nullopt;
    } catch (const os::Error& error) {
        return error.what();
    }
}

Problem read_item(const YAML::Node& item, Kind kind, std::string& value) {
    if (!item.IsScalar() || item.Scalar().empty()) {
        return "each item of the list must be a text";
    }
    value = item.Scalar();
    return kind == Kind::paths ? read_path(item.Scalar(), value) : std::nullopt;
}

Problem read_list(const YAML::Node& node, const Rule& rule, std::vector<std::string>& slot) {
    if (!node.IsSequence()) {
        return "it must be a list, such as [a, b]";
    }
    std::vector<std::string> values;
    const std::vector<BadItem> bad = read_items(node, rule, values);
    if (!bad.empty()) {
        return bad.front().what;
    }
    slot = std::move(values);
    return std::nullopt;
}

Problem read_object(const YAML::Node& node, std::string& slot) {
    if (!node.IsMap()) {
        return "it must be a map of settings";
    }
    std::string json;
    if (auto problem = to_canonical_json(node, json)) {
        return problem;
    }
    slot = std::move(json);
    return std::nullopt;
}

Problem read_scalar(const std::string& text, const Rule& rule, const Slot& slot) {
    switch (rule.kind) {
    case Kind::boolean:
        return read_boolean(text, *std::get<bool*>(slot));
    case Kind::integer:
        return read_integer(text, rule, *std::get<std::int64_t*>(slot));
    case Kind::mib:
    case Kind::bytes:
        return read_size(text, rule, *std::get<std::int64_t*>(slot));
    case Kind::duration:
        return read_duration(text, rule, *std::get<std::chrono::milliseconds*>(slot));
    case Kind::choice:
        return read_choice(text, rule, *std::get<std::string*>(slot));
    case Kind::path:
        return read_path(text, *std::get<std::string*>(slot));
    case Kind::program:
        return read_program(text, *std::get<std::string*>(slot));
    case Kind::bridge:
        return read_bridge(text, *std::get<std::string*>(slot));
    case Kind::subnet:
        return read_subnet(text, *std::get<std::string*>(slot));
    case Kind::text:
        *std::get<std::string*>(slot) = text;
        return std::nullopt;
    case Kind::texts:
    case Kind::paths:
    case Kind::object:
        break;
    }
    return "it has no single value";
}

} // namespace

std::optional<std::string> read_value(const YAML::Node& node, const Rule& rule, const Slot& slot) {
    if (node.IsNull()) {
        return "it has no value";
    }
    if (rule.kind == Kind::object) {
        return read_object(node, *std::get<std::string*>(slot));
    }
    if (rule.kind == Kind::texts || rule.kind == Kind::paths) {
        return read_list(node, rule, *std::get<std::vector<std::string>*>(slot));
    }
    if (!node.IsScalar()) {
        return node.IsMap() ? "it must be one value, not a map"
                            : "it must be one value, not a list";
    }
    return read_scalar(node.Scalar(), rule, slot);
}

std::vector<BadItem> read_items(const YAML::Node& list, const Rule& rule,
                                std::vector<std::string>& slot) {
    std::vector<BadItem> bad;
    std::vector<std::string> good;
    for (std::size_t i = 0; i < list.size(); ++i) {
        std::string value;
        if (const Problem problem = read_item(list[i], rule.kind, value)) {
            bad.push_back({i, *problem});
        } else {
            good.push_back(std::move(value));
        }
    }
    slot = std::move(good);
    return bad;
}

nlohmann::ordered_json show_value(const Rule& rule, const Slot& slot) {
    if (const auto* number = std::get_if<std::int64_t*>(&slot)) {
        const bool size = rule.kind == Kind::mib || rule.kind == Kind::bytes;
        const std::int64_t unit = rule.kind == Kind::mib ? mib : 1;
        return size ? nlohmann::ordered_json(size_text(**number * unit))
                    : nlohmann::ordered_json(**number);
    }
    if (const auto* flag = std::get_if<bool*>(&slot)) {
        return **flag;
    }
    if (const auto* time = std::get_if<std::chrono::milliseconds*>(&slot)) {
        return duration_text(**time);
    }
    if (const auto* list = std::get_if<std::vector<std::string>*>(&slot)) {
        return **list;
    }
    const std::string& text = *std::get<std::string*>(slot);
    return rule.kind == Kind::object ? nlohmann::ordered_json::parse(text)
                                     : nlohmann::ordered_json(text);
}

} // namespace banger::config
