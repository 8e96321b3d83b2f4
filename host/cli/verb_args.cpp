#include "cli/verb_args.hpp"

#include "api_client/json.hpp"
#include "cli/absolute_path.hpp"
#include "cli/noun.hpp"
#include "cli/schema_text.hpp"
#include "os/error.hpp"
#include "os/nearest.hpp"

#include <algorithm>
#include <set>

namespace banger::cli {
namespace {

/// A value of the type that the schema names; without one, JSON where it is JSON, else text.
Json typed(const std::string& key, const std::string& text, const std::string& type) {
    if (type == "string") {
        return text;
    }
    Json value = Json::parse(text, nullptr, false);
    if (type.empty() || type == "array") {
        return value.is_discarded() ? Json(text) : value;
    }
    const bool good = type == "integer"   ? value.is_number_integer()
                      : type == "number"  ? value.is_number()
                      : type == "boolean" ? value.is_boolean()
                                          : !value.is_discarded();
    if (!good) {
        throw os::Error(os::ErrorKind::invalid, "--" + key + ": '" + text + "' is not " +
                                                    (type == "integer" ? "an " : "a ") + type);
    }
    return value;
}

class Reader {
  public:
    Reader(const Json& schema, const std::string& command)
        : properties_(value_at(schema, "properties")), help_("see " + command + " --help") {
        for (const Json& name : value_at(schema, "required")) {
            required_.push_back(plain(name));
        }
        for (const auto& [name, property] : properties_.items()) {
            if (array_.empty() && text_at(property, "type") == "array") {
                array_ = name;
            }
        }
    }

    Json read(const std::vector<std::string>& words) {
        for (const std::string& word : words) { // what a later option sets is no place for a word
            if (word.size() > 2 && word.starts_with("--")) {
                named_.insert(word.substr(2, word.find('=') - 2));
            }
        }
        for (std::size_t i = 0; i < words.size(); ++i) {
            const std::string& word = words[i];
            if (word == "--") {
                continue;
            }
            if (word.size() > 2 && word.starts_with("--")) {
                i += option(word.substr(2), i + 1 < words.size() ? &words[i + 1] : nullptr) ? 1 : 0;
            } else {
                positional(word);
            }
        }
        for (const std::string& key : required_) {
            if (!args_.contains(key)) {
                throw os::Error(os::ErrorKind::invalid, positional_name(key) + " is missing",
                                help_);
            }
        }
        return args_;
    }

  private:
    [[nodiscard]] bool known(const std::string& key) const {
        return !properties_.is_object() || properties_.contains(key);
    }
    [[nodiscard]] std::string type_of(const std::string& key) const {
        return text_at(value_at(properties_, key.c_str()), "type");
    }

    [[nodiscard]] bool is_path(const std::string& key) const {
        const Json& property = value_at(properties_, key.c_str());
        return value_at(property, "x-path") == Json(true) ||
               value_at(value_at(property, "items"), "x-path") == Json(true);
    }

    void set(const std::string& key, const std::string& given) {
        const std::string text = is_path(key) ? absolute_path(given) : given;
        if (type_of(key) == "array") {
            args_[key].push_back(text);
        } else {
            args_[key] = typed(key, text, type_of(key));
        }
    }

    /// True when it took the next word too.
    bool option(const std::string& text, const std::string* next) {
        const std::size_t equals = text.find('=');
        const std::string key = text.substr(0, equals);
        if (!known(key) && key.starts_with("no-") && known(key.substr(3))) {
            args_[key.substr(3)] = false;
            return false;
        }
        if (!known(key)) {
            std::vector<std::string> keys;
            for (const auto& [name, property] : properties_.items()) {
                keys.push_back(name);
            }
            throw os::Error(os::ErrorKind::invalid,
                            "unknown option --" + key + os::did_you_mean(key, keys, "--"), help_);
        }
        if (equals != std::string::npos) {
            set(key, text.substr(equals + 1));
            return false;
        }
        const bool flag = type_of(key) == "boolean" || next == nullptr || next->starts_with("--");
        if (flag) {
            args_[key] = true;
        } else {
            set(key, *next);
        }
        return !flag;
    }

    void positional(const std::string& word) {
        for (const std::string& key : required_) {
            if (!args_.contains(key) && !named_.contains(key) && key != array_) {
                set(key, word);
                return;
            }
        }
        if (!array_.empty() || !properties_.is_object()) {
            args_[array_.empty() ? "args" : array_].push_back(is_path(array_) ? absolute_path(word)
                                                                              : word);
            return;
        }
        throw os::Error(os::ErrorKind::invalid, "'" + word + "' is one argument too many",
                        ways() + help_);
    }

    /// Who wrote a value without a name meant some parameter.
    [[nodiscard]] std::string ways() const {
        std::string plain_ones;
        std::string named;
        for (const std::string& key : required_) {
            plain_ones += (plain_ones.empty() ? "" : ", ") + key;
        }
        for (const auto& [name, property] : properties_.items()) {
            if (std::find(required_.begin(), required_.end(), name) == required_.end()) {
                named += (named.empty() ? "--" : ", --") + name;
            }
        }
        return (plain_ones.empty() ? "" : "only " + plain_ones + " can be given without a name; ") +
               (named.empty() ? "" : "there is " + named + "; ");
    }

    const Json& properties_;
    std::string help_;
    std::vector<std::string> required_;
    std::string array_;
    std::set<std::string> named_;
    Json args_ = Json::object();
};

} // namespace

Json verb_args(const std::vector<std::string>& words, const Json& schema,
               const std::string& command) {
    return Reader(schema, command).read(words);
}

} // namespace banger::cli
