#include "cli/raw_tail.hpp"

#include <algorithm>

namespace banger::cli {
namespace {

bool is_help(const std::string& word) {
    return word == "--help" || word == "-h";
}

/// The index after the `count`th word that is no option, from `from` on.
std::size_t after_names(const std::vector<std::string>& words, std::size_t from, int count) {
    std::size_t i = from;
    while (i < words.size() && count > 0) {
        if (words[i] == "-u" || words[i] == "--user") {
            ++i; // its value
        } else if (!words[i].starts_with("-")) {
            --count;
        }
        ++i;
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
        if (dashes != words.end()) {
            const auto at = static_cast<std::size_t>(dashes - words.begin());
            // Dashes further on belong to the command when words stand before them.
            const bool ours =
                std::all_of(words.begin() + static_cast<std::ptrdiff_t>(std::min(end, at)), dashes,
                            [](const auto& word) { return word.starts_with("-"); });
            return ours ? split_at(words, at, at + 1) : split_at(words, end, end);
        }
    }
    SplitWords split = split_at(words, end, end);
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
