#include "yaml_walk.hpp"

#include "nearest_word.hpp"

#include <algorithm>
#include <charconv>
#include <set>

namespace imagebuild {
namespace {

const char* kind_of(const YAML::Node& node) {
    return node.IsMap()        ? "a map"
           : node.IsSequence() ? "a list"
           : node.IsNull()     ? "empty"
                               : "a text";
}

/// A key as it is shown in a message: whatever it is, on one line and short.
std::string shown_key(std::string key) {
    constexpr std::size_t longest = 60;
    std::replace_if(
        key.begin(), key.end(), [](unsigned char c) { return c < 0x20 || c >= 0x7F; }, '?');
    return key.size() > longest ? key.substr(0, longest) + ".." : key;
}

} // namespace

void YamlWalk::members(const YAML::Node& node, const std::string& path, const Keys& known) {
    if (!node.IsMap()) {
        problem(node, path.empty() ? "recipe" : path,
                std::string("this is ") + kind_of(node) + ", and must be a map of keys and values");
        return;
    }
    std::vector<std::string> names;
    names.reserve(known.size());
    for (const auto& [name, visit] : known) {
        names.push_back(name);
    }
    std::set<std::string> seen;
    for (const auto& member : node) {
        if (!member.first.IsScalar()) {
            problem(member.first, path.empty() ? "recipe" : path, "a key is a word");
            continue;
        }
        const std::string name = member.first.Scalar();
        const std::string key = (path.empty() ? "" : path + ".") + shown_key(name);
        const auto found = std::find_if(known.begin(), known.end(),
                                        [&](const auto& one) { return one.first == name; });
        if (found == known.end()) {
            std::string list;
            for (const std::string& each : names) {
                list += (list.empty() ? "" : ", ") + each;
            }
            const std::string near = did_you_mean(name, names);
            problem(member.first, key,
                    "there is no such key" + (near.empty() ? "; there are " + list : near));
        } else if (!seen.insert(name).second) {
            problem(member.first, key, "it stands here for the second time");
        } else {
            found->second(member.second, key);
        }
    }
}

void YamlWalk::entries(const YAML::Node& node, const std::string& key, const Visit& visit) {
    if (node.IsNull()) {
        return; // all entries are commented out
    }
    if (!node.IsSequence()) {
        problem(node, key, std::string("this is ") + kind_of(node) + ", and must be a list");
        return;
    }
    if (node.size() > most_entries) {
        problem(node, key, "more than " + std::to_string(most_entries) + " entries");
        return;
    }
    for (std::size_t i = 0; i < node.size(); ++i) {
        visit(node[i], key + "[" + std::to_string(i) + "]");
    }
}

std::optional<std::string> YamlWalk::text(const YAML::Node& node, const std::string& key) {
    if (!node.IsScalar()) {
        problem(node, key, std::string("this is ") + kind_of(node) + ", and must be a text");
        return std::nullopt;
    }
    std::string value = node.Scalar();
    if (value.find('\0') != std::string::npos) {
        problem(node, key, "a NUL byte is in it");
        return std::nullopt;
    }
    return value;
}

std::optional<std::string> YamlWalk::line(const YAML::Node& node, const std::string& key) {
    auto value = text(node, key);
    if (!value) {
        return std::nullopt;
    }
    const bool good =
        !value->empty() && std::none_of(value->begin(), value->end(),
                                        [](unsigned char c) { return c < 0x20 || c == 0x7F; });
    if (!good) {
        problem(node, key, value->empty() ? "it is empty" : "it must be one line");
        return std::nullopt;
    }
    return value;
}

std::optional<bool> YamlWalk::boolean(const YAML::Node& node, const std::string& key) {
    const std::string value = node.IsScalar() ? node.Scalar() : "";
    if (value != "true" && value != "false") {
        problem(node, key, "it must be true or false");
        return std::nullopt;
    }
    return value == "true";
}

std::optional<std::int64_t> YamlWalk::number(const YAML::Node& node, const std::string& key,
                                             std::int64_t least, std::int64_t most) {
    const std::string value = node.IsScalar() ? node.Scalar() : "";
    std::int64_t number = 0;
    const char* const end = value.data() + value.size();
    const auto read = std::from_chars(value.data(), end, number);
    if (value.empty() || read.ec != std::errc() || read.ptr != end || number < least ||
        number > most) {
        problem(node, key,
                "it must be a whole number from " + std::to_string(least) + " to " +
                    std::to_string(most));
        return std::nullopt;
    }
    return number;
}

void YamlWalk::problem(const YAML::Mark& mark, const std::string& key, const std::string& what) {
    // The mark of a document without content is "nowhere".
    const int line = std::max(mark.line, 0) + 1;
    const int column = std::max(mark.column, 0) + 1;
    problems_.push_back(file_ + ":" + std::to_string(line) + ":" + std::to_string(column) + ": " +
                        key + ": " + what);
}

std::string YamlWalk::place(const YAML::Node& node) const {
    return file_.substr(file_.rfind('/') + 1) + ":" +
           std::to_string(std::max(node.Mark().line, 0) + 1);
}

} // namespace imagebuild
