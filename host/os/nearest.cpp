#include "os/nearest.hpp"

#include <algorithm>

namespace banger::os {
namespace {

/// Optimal string alignment distance: edits and swaps of neighbours.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::vector<std::size_t>> rows(a.size() + 1,
                                               std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i) {
        for (std::size_t j = 0; j <= b.size(); ++j) {
            if (i == 0 || j == 0) {
                rows[i][j] = i + j;
                continue;
            }
            const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
            rows[i][j] =
                std::min({rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + change});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                rows[i][j] = std::min(rows[i][j], rows[i - 2][j - 2] + 1);
            }
        }
    }
    return rows[a.size()][b.size()];
}

/// The dashes of options are no letters that two of them have in common.
std::string_view undashed(std::string_view word) {
    word.remove_prefix(std::min(word.find_first_not_of('-'), word.size()));
    return word;
}

} // namespace

std::optional<std::string> nearest(std::string_view word,
                                   const std::vector<std::string>& candidates) {
    word = undashed(word);
    if (word.size() > 100) {
        return std::nullopt;
    }
    std::optional<std::string> best;
    bool best_is_swapped = false;
    std::size_t limit = std::max<std::size_t>(1, word.size() / 3);
    for (const std::string& whole : candidates) {
        const std::string_view candidate = undashed(whole);
        if (candidate.size() > 100) {
            continue;
        }
        const std::size_t steps = distance(word, candidate);
        const bool swapped =
            std::is_permutation(word.begin(), word.end(), candidate.begin(), candidate.end());
        if (steps > limit || steps >= std::max(word.size(), candidate.size())) {
            continue;
        }
        if (!best || steps < limit || (swapped && !best_is_swapped)) {
            best = whole;
            best_is_swapped = swapped;
            limit = steps;
        }
    }
    return best;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates,
                         std::string_view before) {
    const auto guess = nearest(word, candidates);
    return guess ? "; did you mean '" + std::string(before) + *guess + "'?" : "";
}

} // namespace banger::os
