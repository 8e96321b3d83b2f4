#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// As much of JSON as the fake host needs to fill in what is absent. See fake_host.hpp.
namespace banger::fake {

/// A value. Objects keep their order; of anything but objects and arrays the text is kept.
struct Json {
    enum class Kind { object, array, other };
    struct Member;
    Kind kind = Kind::other;
    std::string text;
    std::vector<Member> members;
    std::vector<Json> items;

    /// Nothing when it is not JSON.
    [[nodiscard]] static std::optional<Json> parse(std::string_view text);
    [[nodiscard]] const Json* find(std::string_view key) const;
    Json& at(std::string_view key); ///< made, as null, when it is not there
    [[nodiscard]] std::string dump() const;
};

/// No std::pair: clang 14 asks, as C++20, what can be done with a pair before it is whole.
struct Json::Member {
    std::string name; ///< without quotes, as it is written
    Json value;
};

inline const Json* Json::find(std::string_view key) const {
    for (const auto& [name, value] : members) {
        if (name == key) {
            return &value;
        }
    }
    return nullptr;
}

inline Json& Json::at(std::string_view key) {
    for (auto& [name, value] : members) {
        if (name == key) {
            return value;
        }
    }
    kind = Kind::object;
    members.push_back({std::string(key), Json{Kind::other, "null", {}, {}}});
    return members.back().value;
}

inline std::string Json::dump() const {
    if (kind == Kind::other) {
        return text;
    }
    std::string all;
    for (const auto& [name, value] : members) {
        all += (all.empty() ? "\"" : ",\"") + name + "\":" + value.dump();
    }
    for (const Json& item : items) {
        all += (all.empty() ? "" : ",") + item.dump();
    }
    return kind == Kind::object ? "{" + all + "}" : "[" + all + "]";
}

/// One walk over a text.
class JsonReader {
  public:
    explicit JsonReader(std::string_view text) : text_(text) {}
    bool whole(Json& value) { return read(value, 0) && (skip(), at_ == text_.size()); }

  private:
    static constexpr int deepest = 64;

    void skip() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }
    bool take(char c) {
        skip();
        const bool there = at_ < text_.size() && text_[at_] == c;
        at_ += there ? 1 : 0;
        return there;
    }
    bool read(Json& value, int depth) {
        if (depth > deepest) {
            return false;
        }
        if (take('{')) {
            value.kind = Json::Kind::object;
            return list('}', [&] { return member(value, depth); });
        }
        if (take('[')) {
            value.kind = Json::Kind::array;
            return list(']', [&] { return read(value.items.emplace_back(), depth + 1); });
        }
        if (at_ < text_.size() && text_[at_] == '"') {
            return string(value.text);
        }
        const std::size_t end = std::min(text_.find_first_of(",]} \t\r\n", at_), text_.size());
        value.text = text_.substr(at_, end - at_);
        at_ = end;
        return value.text == "true" || value.text == "false" || value.text == "null" ||
               (!value.text.empty() &&
                value.text.find_first_not_of("0123456789+-.eE") == std::string::npos);
    }
    template <class One>
    bool list(char end, One one) {
        if (take(end)) {
            return true;
        }
        do {
            if (!one()) {
                return false;
            }
        } while (take(','));
        return take(end);
    }
    bool member(Json& object, int depth) {
        std::string key;
        skip();
        if (!string(key) || !take(':')) {
            return false;
        }
        object.members.push_back({key.substr(1, key.size() - 2), Json()});
        return read(object.members.back().value, depth + 1);
    }
    /// With its quotes.
    bool string(std::string& value) {
        if (at_ >= text_.size() || text_[at_] != '"') {
            return false;
        }
        const std::size_t begin = at_++;
        while (at_ < text_.size() && text_[at_] != '"') {
            at_ += text_[at_] == '\\' ? 2 : 1;
        }
        if (at_ >= text_.size()) {
            return false;
        }
        value = text_.substr(begin, ++at_ - begin);
        return true;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

inline std::optional<Json> Json::parse(std::string_view text) {
    Json value;
    return JsonReader(text).whole(value) ? std::optional(std::move(value)) : std::nullopt;
}

/// The `default`s of a schema's properties for the keys that are absent, also inside of objects.
inline void fill_in(const Json& schema, Json& value) {
    const Json* properties = schema.find("properties");
    if (properties == nullptr || value.kind != Json::Kind::object) {
        return;
    }
    for (const auto& [name, property] : properties->members) {
        const Json* standard = property.find("default");
        if (value.find(name) == nullptr && standard != nullptr) {
            value.at(name) = *standard;
        }
        if (value.find(name) != nullptr) {
            fill_in(property, value.at(name));
        }
    }
}

/// The same for a text, as the host does it before a plugin sees it; what is no JSON stays.
inline std::string with_defaults(const char* schema, const std::string& json) {
    const auto rules = Json::parse(schema != nullptr ? schema : "");
    auto value = Json::parse(json.empty() ? "{}" : json);
    if (!rules || !value) {
        return json;
    }
    fill_in(*rules, *value);
    return value->dump();
}

} // namespace banger::fake
