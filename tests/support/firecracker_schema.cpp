#include "support/firecracker_schema.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>
#include <yaml-cpp/yaml.h>

namespace banger::test::firecracker {
using nlohmann::json;

namespace {

std::vector<std::string> segments(std::string_view path) {
    std::vector<std::string> parts;
    while (!path.empty()) {
        path.remove_prefix(1); // the '/'
        const std::size_t end = std::min(path.find('/'), path.size());
        parts.emplace_back(path.substr(0, end));
        path.remove_prefix(end);
    }
    return parts;
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return out;
}

bool is_parameter(const std::string& segment) {
    return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

std::string quoted(const std::string& word) {
    return "`" + word + "`";
}

std::string expected(const std::vector<std::string>& words) {
    std::string text = words.size() == 1 ? ", expected " : ", expected one of ";
    for (const std::string& word : words) {
        text += (&word == &words.front() ? "" : ", ") + quoted(word);
    }
    return text;
}

/// One operation of the description, found for a request.
struct Operation {
    YAML::Node node;
    std::string id_name; ///< of the path's parameter; empty when it has none
    std::string id;
};

} // namespace

struct Schema::Impl {
    YAML::Node root;

    [[nodiscard]] YAML::Node resolve(const YAML::Node& node) const {
        const YAML::Node reference = node["$ref"];
        if (!reference) {
            return node;
        }
        const auto text = reference.as<std::string>(); // "#/definitions/Drive"
        return resolve(root["definitions"][text.substr(text.rfind('/') + 1)]);
    }

    [[nodiscard]] std::optional<Operation> find(std::string_view method,
                                                std::string_view path) const {
        const std::vector<std::string> asked = segments(path);
        for (const auto& entry : root["paths"]) {
            const std::vector<std::string> known = segments(entry.first.as<std::string>());
            Operation operation{entry.second[lower(method)], {}, {}};
            bool same = known.size() == asked.size() && operation.node;
            for (std::size_t i = 0; same && i < known.size(); ++i) {
                if (is_parameter(known[i])) {
                    operation.id_name = known[i].substr(1, known[i].size() - 2);
                    operation.id = asked[i];
                } else {
                    same = known[i] == asked[i];
                }
            }
            if (same) {
                return operation;
            }
        }
        return std::nullopt;
    }

    [[nodiscard]] std::string object(const YAML::Node& node, const json& value,
                                     bool partial) const {
        if (!value.is_object()) {
            return "invalid type: " + std::string(value.type_name()) + ", expected a struct";
        }
        const YAML::Node properties = node["properties"];
        if (!properties) {
            return {};
        }
        std::vector<std::string> names;
        for (const auto& property : properties) {
            names.push_back(property.first.as<std::string>());
        }
        for (const auto& [key, member] : value.items()) {
            if (std::find(names.begin(), names.end(), key) == names.end()) {
                return std::string("unknown field ").append(quoted(key)).append(expected(names));
            }
            if (std::string wrong = check(properties[key], member, false); !wrong.empty()) {
                return key + ": " + wrong;
            }
        }
        for (const auto& name : partial ? YAML::Node() : node["required"]) {
            if (!value.contains(name.as<std::string>())) {
                return "missing field " + quoted(name.as<std::string>());
            }
        }
        return {};
    }

    [[nodiscard]] static std::string integer(const YAML::Node& node, const json& value) {
        if (!value.is_number_integer()) {
            return "invalid type: " + std::string(value.type_name()) + ", expected an integer";
        }
        const YAML::Node least = node["minimum"];
        const YAML::Node most = node["maximum"];
        const auto number = value.get<std::int64_t>();
        const std::int64_t from = least ? least.as<std::int64_t>() : 0;
        if (number < from || (most && number > most.as<std::int64_t>())) {
            return "invalid value: integer " + quoted(std::to_string(number)) + ", expected " +
                   std::to_string(from) + (most ? " to " + most.as<std::string>() : " or more");
        }
        return {};
    }

    [[nodiscard]] static std::string string(const YAML::Node& node, const json& value) {
        if (!value.is_string()) {
            return "invalid type: " + std::string(value.type_name()) + ", expected a string";
        }
        std::vector<std::string> variants;
        for (const auto& variant : node["enum"]) {
            variants.push_back(variant.as<std::string>());
        }
        const auto text = value.get<std::string>();
        if (!variants.empty() &&
            std::find(variants.begin(), variants.end(), text) == variants.end()) {
            return "unknown variant " + quoted(text) + expected(variants);
        }
        return {};
    }

    /// `partial`: required fields may be left out.
    // NOLINTNEXTLINE(misc-no-recursion): as deep as the description
    [[nodiscard]] std::string check(const YAML::Node& schema, const json& value,
                                    bool partial) const {
        const YAML::Node node = resolve(schema);
        const auto type = node["type"] ? node["type"].as<std::string>() : "object";
        if (type == "integer") {
            return integer(node, value);
        }
        if (type == "string") {
            return string(node, value);
        }
        if (type == "boolean") {
            return value.is_boolean()
                       ? ""
                       : "invalid type: " + std::string(value.type_name()) + ", expected a boolean";
        }
        if (type != "array") {
            return object(node, value, partial);
        }
        if (!value.is_array()) {
            return "invalid type: " + std::string(value.type_name()) + ", expected a sequence";
        }
        for (const json& item : value) {
            if (std::string wrong = check(node["items"], item, false); !wrong.empty()) {
                return wrong;
            }
        }
        return {};
    }
};

std::optional<std::filesystem::path> find_description() {
    const char* const told = std::getenv("BANGER_FIRECRACKER_API");
    const std::filesystem::path file = told != nullptr ? std::filesystem::path(told)
                                                       : std::filesystem::path(BANGER_SOURCE) /
                                                             "../shared/data/firecracker-api.yaml";
    std::error_code code;
    if (!std::filesystem::exists(file, code)) {
        std::cout << "requests are not held against Firecracker's API description: there is no "
                  << file.lexically_normal().string()
                  << " (BANGER_FIRECRACKER_API names another)\n";
        return std::nullopt;
    }
    return file;
}

Schema::Schema(const std::filesystem::path& file)
    : impl_(std::make_unique<Impl>(Impl{YAML::LoadFile(file.string())})) {}
Schema::Schema(Schema&& other) noexcept = default;
Schema& Schema::operator=(Schema&& other) noexcept = default;
Schema::~Schema() = default;

std::string Schema::fault(std::string_view method, std::string_view path, const json& body) const {
    const auto operation = impl_->find(method, path);
    if (!operation) {
        const std::vector<std::string> parts = segments(path);
        return "Invalid request method and/or path: " + std::string(method) + " " +
               (parts.empty() ? "" : parts.front()) + ".";
    }
    YAML::Node schema;
    for (const auto& parameter : operation->node["parameters"]) {
        if (parameter["in"].as<std::string>() == "body") {
            schema.reset(parameter["schema"]);
        }
    }
    if (method == "GET" || schema.IsNull()) {
        return {};
    }
    if (body.is_discarded()) {
        return deserializing("expected value");
    }
    // The description has one definition for PUT and PATCH of the machine, which PATCH may leave
    // fields of out.
    const bool partial = method == "PATCH" && path == "/machine-config";
    if (const std::string wrong = impl_->check(schema, body, partial); !wrong.empty()) {
        return deserializing(wrong);
    }
    if (!operation->id_name.empty() && body.value(operation->id_name, "") != operation->id) {
        return "The id from the path does not match the id from the body!";
    }
    return {};
}

std::string deserializing(const std::string& what) {
    return "An error occurred when deserializing the json body of a request: " + what + ".";
}

} // namespace banger::test::firecracker
