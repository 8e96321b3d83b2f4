#include "xbps/version.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <fnmatch.h>
#include <vector>

namespace banger::xbps {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_letter(char c) {
    return std::isalpha(static_cast<unsigned char>(c)) != 0;
}

/// As many digits as there are; a number that no package has stays the largest.
std::int64_t take_number(std::string_view& text) {
    constexpr std::int64_t largest = 1'000'000'000'000'000;
    std::int64_t value = 0;
    while (!text.empty() && is_digit(text.front())) {
        value = std::min(largest, value * 10 + (text.front() - '0'));
        text.remove_prefix(1);
    }
    return value;
}

struct Version {
    std::vector<std::int64_t> parts;
    std::int64_t revision = 0;
};

constexpr std::array<std::pair<std::string_view, std::int64_t>, 6> words{{
    {"alpha", -3},
    {"beta", -2},
    {"pre", -1},
    {"rc", -1},
    {"pl", 0},
    {".", 0},
}};

bool begins_with_word(std::string_view text, std::string_view word) {
    return text.size() >= word.size() &&
           std::equal(word.begin(), word.end(), text.begin(), [](char a, char b) {
               return a == std::tolower(static_cast<unsigned char>(b));
           });
}

Version parse_version(std::string_view text) {
    Version out;
    while (!text.empty()) {
        if (is_digit(text.front())) {
            out.parts.push_back(take_number(text));
            continue;
        }
        const auto* word = std::find_if(words.begin(), words.end(), [&](const auto& known) {
            return begins_with_word(text, known.first);
        });
        if (word != words.end()) {
            out.parts.push_back(word->second);
            text.remove_prefix(word->first.size());
            continue;
        }
        const char c = text.front();
        text.remove_prefix(1);
        if (c == '_') {
            out.revision = take_number(text);
        } else if (is_letter(c)) {
            out.parts.push_back(0);
            out.parts.push_back(std::tolower(static_cast<unsigned char>(c)) - 'a' + 1);
        }
    }
    return out;
}

bool holds(std::string_view relation, int order) {
    if (relation == "<") {
        return order < 0;
    }
    if (relation == "<=") {
        return order <= 0;
    }
    if (relation == ">") {
        return order > 0;
    }
    if (relation == ">=") {
        return order >= 0;
    }
    return relation == "!=" ? order != 0 : order == 0;
}

} // namespace

std::optional<PackageId> split_pkgver(std::string_view pkgver) {
    constexpr std::string_view allowed =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-._~@";
    const auto dash = pkgver.rfind('-');
    const auto revision = pkgver.rfind('_');
    if (dash == std::string_view::npos || dash == 0 || revision == std::string_view::npos ||
        revision < dash + 2 || revision + 1 == pkgver.size() || pkgver.size() > 200 ||
        pkgver.front() == '.' || pkgver.front() == '-' ||
        pkgver.find_first_not_of(allowed) != std::string_view::npos ||
        !std::all_of(pkgver.begin() + static_cast<std::ptrdiff_t>(revision) + 1, pkgver.end(),
                     is_digit)) {
        return std::nullopt;
    }
    return PackageId{.name = std::string(pkgver.substr(0, dash)),
                     .version = std::string(pkgver.substr(dash + 1))};
}

int compare_versions(std::string_view left, std::string_view right) {
    const Version a = parse_version(left);
    const Version b = parse_version(right);
    for (std::size_t i = 0; i < std::max(a.parts.size(), b.parts.size()); ++i) {
        const std::int64_t x = i < a.parts.size() ? a.parts[i] : 0;
        const std::int64_t y = i < b.parts.size() ? b.parts[i] : 0;
        if (x != y) {
            return x < y ? -1 : 1;
        }
    }
    return a.revision == b.revision ? 0 : a.revision < b.revision ? -1 : 1;
}

std::string pattern_name(std::string_view pattern) {
    if (const auto relation = pattern.find_first_of("<>=!"); relation != std::string_view::npos) {
        return std::string(pattern.substr(0, relation));
    }
    if (const auto id = split_pkgver(pattern)) {
        return id->name;
    }
    if (const auto glob = pattern.find("-["); glob != std::string_view::npos) {
        return std::string(pattern.substr(0, glob));
    }
    return std::string(pattern);
}

bool matches(std::string_view pattern, std::string_view pkgver) {
    const auto id = split_pkgver(pkgver);
    if (!id || pattern.empty()) {
        return false;
    }
    if (pattern == pkgver || pattern == id->name) {
        return true;
    }
    auto relation = pattern.find_first_of("<>=!");
    if (relation == std::string_view::npos) {
        return ::fnmatch(std::string(pattern).c_str(), std::string(pkgver).c_str(), 0) == 0;
    }
    if (pattern.substr(0, relation) != id->name) {
        return false;
    }
    while (relation != std::string_view::npos) {
        pattern.remove_prefix(relation);
        const auto begin = std::min(pattern.find_first_not_of("<>=!"), pattern.size());
        const std::string_view sign = pattern.substr(0, begin);
        pattern.remove_prefix(begin);
        relation = pattern.find_first_of("<>=!");
        if (!holds(sign, compare_versions(id->version, pattern.substr(0, relation)))) {
            return false;
        }
    }
    return true;
}

} // namespace banger::xbps
