#include "arguments.hpp"

#include "failure.hpp"

#include <algorithm>
#include <charconv>

namespace image_tool {
namespace {

Failure wrong_word(const std::string& message) {
    return {FailureKind::invalid, message, "banger-image --help lists the verbs"};
}

} // namespace

Arguments::Arguments(const std::vector<std::string>& words,
                     std::initializer_list<std::string_view> known,
                     std::initializer_list<std::string_view> flags) {
    for (std::size_t at = 0; at < words.size(); ++at) {
        const std::string& word = words[at];
        if (word.rfind("--", 0) != 0) {
            throw wrong_word("unexpected word '" + word + "'");
        }
        const std::string name = word.substr(2);
        if (std::find(flags.begin(), flags.end(), name) != flags.end()) {
            values_[name];
            continue;
        }
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            throw wrong_word("unknown option " + word);
        }
        if (++at == words.size()) {
            throw wrong_word(word + " needs a value");
        }
        values_[name].push_back(words[at]);
    }
}

bool Arguments::has(std::string_view name) const {
    return values_.find(name) != values_.end();
}

const std::string& Arguments::one(std::string_view name) const {
    const auto found = values_.find(name);
    if (found == values_.end()) {
        throw wrong_word("--" + std::string(name) + " is missing");
    }
    if (found->second.size() != 1 || found->second.front().empty()) {
        throw wrong_word("--" + std::string(name) + " takes one value, once");
    }
    return found->second.front();
}

std::vector<std::string> Arguments::all(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::vector<std::string>{} : found->second;
}

std::uint64_t Arguments::number(std::string_view name, std::uint64_t otherwise, std::uint64_t most,
                                std::uint64_t least) const {
    if (!has(name)) {
        return otherwise;
    }
    const std::string& text = one(name);
    std::uint64_t value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc() || end != text.data() + text.size() || value < least || value > most) {
        throw wrong_word("--" + std::string(name) + ": '" + text + "' is no number from " +
                         std::to_string(least) + " to " + std::to_string(most));
    }
    return value;
}

} // namespace image_tool
