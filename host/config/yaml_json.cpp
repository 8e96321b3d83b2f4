#include "config/yaml_json.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>

#include <nlohmann/json.hpp>
#include <yaml-cpp/yaml.h>

namespace banger::config {
namespace {

using nlohmann::json;

constexpr int max_depth = 32;
constexpr int max_values = 20000;

/// Converts one document; `problem_` is set once when it cannot.
class Converter {
  public:
    json value(const YAML::Node& node, int depth) {
        if (depth > max_depth || ++values_ > max_values) {
            problem_ = "it is nested too deep or has too many values";
        }
        if (problem_ || node.IsNull()) {
            return nullptr;
        }
        if (node.IsScalar()) {
            return scalar(node);
        }
        return node.IsSequence() ? list(node, depth) : object(node, depth);
    }
    [[nodiscard]] const std::optional<std::string>& problem() const noexcept { return problem_; }

  private:
    json list(const YAML::Node& node, int depth) {
        json out = json::array();
        for (const YAML::Node& item : node) {
            out.push_back(value(item, depth + 1));
        }
        return out;
    }

    json object(const YAML::Node& node, int depth) {
        json out = json::object();
        for (const auto& member : node) {
            if (!member.first.IsScalar()) {
                problem_ = "a key in it is not a text";
                break;
            }
            const std::string& key = member.first.Scalar();
            if (out.contains(key)) {
                problem_ = "\"" + key + "\" is in it twice";
                break;
            }
            out[key] = value(member.second, depth + 1);
        }
        return out;
    }

    static json scalar(const YAML::Node& node) {
        const std::string& text = node.Scalar();
        if (node.Tag() == "!" || node.Tag() == "tag:yaml.org,2002:str") { // quoted, or said so
            return text;
        }
        if (text == "true" || text == "false") {
            return text == "true";
        }
        const char* const end = text.data() + text.size();
        std::int64_t integer = 0;
        if (const auto [at, error] = std::from_chars(text.data(), end, integer);
            error == std::errc{} && at == end) {
            return integer;
        }
        double number = 0;
        const bool numeric = text.find_first_not_of("0123456789+-.eE") == std::string::npos;
        if (const auto [at, error] = std::from_chars(text.data(), end, number);
            numeric && error == std::errc{} && at == end && std::isfinite(number)) {
            return number;
        }
        return text;
    }

    int values_ = 0;
    std::optional<std::string> problem_;
};

} // namespace

std::optional<std::string> to_canonical_json(const YAML::Node& node, std::string& json) {
    Converter converter;
    const nlohmann::json value = converter.value(node, 0);
    if (converter.problem()) {
        return converter.problem();
    }
    try {
        json = value.dump();
    } catch (const nlohmann::json::exception&) {
        return "it has a text that is not UTF-8";
    }
    return std::nullopt;
}

} // namespace banger::config
