#pragma once

#include <optional>
#include <string>

#include <nlohmann/json.hpp>

namespace banger::store {

// A row's fields as members of a JSON object. A function that visits each field with its name is
// given either of these, so that writing and reading cannot come apart.

struct RowWriter {
    nlohmann::json& out;

    template <class T>
    void field(const char* name, const T& value) {
        out[name] = value;
    }
    template <class T>
    void added(const char* name, const T& value) {
        out[name] = value;
    }
    template <class T>
    void optional(const char* name, const std::optional<T>& value) {
        out[name] = value ? nlohmann::json(*value) : nlohmann::json();
    }
    /// A column that is JSON itself.
    void nested(const char* name, const std::string& text) {
        out[name] = nlohmann::json::parse(text);
    }
    void optional_nested(const char* name, const std::optional<std::string>& text) {
        out[name] = text ? nlohmann::json::parse(*text) : nlohmann::json();
    }
};

struct RowReader {
    const nlohmann::json& in;

    template <class T>
    void field(const char* name, T& value) {
        in.at(name).get_to(value);
    }
    /// The copies of an earlier banger do not have it.
    template <class T>
    void added(const char* name, T& value) {
        value = in.value(name, value);
    }
    template <class T>
    void optional(const char* name, std::optional<T>& value) {
        if (in.contains(name) && !in[name].is_null()) {
            value = in[name].get<T>();
        }
    }
    void nested(const char* name, std::string& text) { text = in.at(name).dump(); }
    void optional_nested(const char* name, std::optional<std::string>& text) {
        if (in.contains(name) && !in[name].is_null()) {
            text = in[name].dump();
        }
    }
};

} // namespace banger::store
