#include "nearest_word.hpp"

#include <algorithm>
#include <cstddef>

namespace imagebuild {
namespace {

constexpr std::size_t longest_word = 64;

/// How many letters must be put in, taken out or changed.
std::size_t letters_between(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) {
        row[j] = j;
    }
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, change});
        }
    }
    return row[b.size()];
}

} // namespace

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known) {
    if (word.empty() || word.size() > longest_word) {
        return {};
    }
    const std::string* best = nullptr;
    std::size_t least = std::max<std::size_t>(1, word.size() / 3) + 1;
    for (const std::string& each : known) {
        const std::size_t letters = letters_between(word, each);
        if (letters < least && letters < each.size()) {
            least = letters;
            best = &each;
        }
    }
    return best != nullptr ? "; did you mean '" + *best + "'?" : "";
}

} // namespace imagebuild
