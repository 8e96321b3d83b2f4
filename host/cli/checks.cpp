#include "cli/checks.hpp"

#include "os/nearest.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace banger::cli {
namespace {

std::optional<std::int64_t> number_of(const std::string& text) {
    std::int64_t value = 0;
    const char* end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, value);
    return error == std::errc{} && at == end ? std::optional(value) : std::nullopt;
}

} // namespace

CLI::Validator one_of(std::vector<std::string> words) {
    return CLI::Validator(
        [words = std::move(words)](std::string& text) -> std::string {
            if (std::find(words.begin(), words.end(), text) != words.end()) {
                return {};
            }
            std::string list;
            for (std::size_t i = 0; i < words.size(); ++i) {
                list += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + words[i];
            }
            return "'" + text + "' is not " + list + os::did_you_mean(text, words);
        },
        "");
}

CLI::Validator whole_number() {
    return CLI::Validator(
        [](std::string& text) {
            return number_of(text) ? std::string() : "'" + text + "' is not a whole number";
        },
        "");
}

CLI::Validator whole_number(std::int64_t least, std::int64_t most) {
    return CLI::Validator(
        [least, most](std::string& text) {
            const auto value = number_of(text);
            return value && *value >= least && *value <= most
                       ? std::string()
                       : "'" + text + "' is not a whole number from " + std::to_string(least) +
                             " to " + std::to_string(most);
        },
        "");
}

} // namespace banger::cli
