#include "cli/raw_tail.hpp"

#include <algorithm>

namespace banger::cli {
namespace {

bool is_help(const std::string& word) {
    return word == "--help" || word == "-h";
}

bool takes_value(const std::string& word) {
    return word == "-u" || word == "--user";
}

/// The index after the `count`th word that is no option, from `from` on.
std::size_t after_names(const std::vector<std::string>& words, std::size_t from, int count) {
    std::size_t i = from;
    while (i < words.size() && count > 0) {
        if (takes_value(words[i])) {
            ++i;
        } else if (!words[i].starts_with("-")) {
            --count;
        }
        ++i;
    }
    return std::min(i, words.size());
}

/// The index after the options from `from` on: no command begins with a dash.
std::size_t after_options(const std::vector<std::string>& words, std::size_t from) {
    std::size_t i = from;
    while (i < words.size() && words[i].starts_with("-") && words[i] != "--") {
        i += takes_value(words[i]) ? 2 : 1;
    }
    return std::min(i, words.size());
}

SplitWords split_at(const std::vector<std::string>& words, std::size_t head, std::size_t tail) {
    const auto at = [&](std::size_t i) { return words.begin() + static_cast<std::ptrdiff_t>(i); };
    return {{words.begin(), at(head)}, {at(tail), words.end()}};
}

} // namespace

SplitWords split_words(const std::vector<std::string>& words) {
    const bool vm = words.size() > 1 && words[0] == "vm";
    const bool x = !words.empty() && words[0] == "x";
    if (!x && (!vm || (words[1] != "ssh" && words[1] != "exec"))) {
        return {words, {}};
    }
    const std::size_t end = after_names(words, x ? 1 : 2, x ? 2 : 1);
    if (vm && words[1] == "exec") {
        const auto dashes = std::find(words.begin(), words.end(), "--");
        // Dashes further on belong to the command when words stand before them.
        const std::size_t command =
            std::min(after_options(words, end), static_cast<std::size_t>(dashes - words.begin()));
        const bool marked = command < words.size() && words[command] == "--";
        return split_at(words, command, command + (marked ? 1 : 0));
    }
    // ssh has no such option.
    const bool user =
        vm && end < words.size() && (takes_value(words[end]) || words[end].starts_with("--user="));
    const std::size_t rest = std::min(end + (!user                     ? 0
                                             : takes_value(words[end]) ? 2
                                                                       : 1),
                                      words.size());
    SplitWords split = split_at(words, rest, rest);
    if (!x && !split.tail.empty() && is_help(split.tail.front())) {
        return {words, {}};
    }
    if (x) {
        const auto removed = std::erase(split.tail, "--json");
        if (removed > 0) {
            split.head.emplace_back("--json");
        }
    }
    return split;
}

} // namespace banger::cli
