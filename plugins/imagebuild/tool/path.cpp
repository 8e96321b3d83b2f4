#include "path.hpp"

#include "failure.hpp"

#include <algorithm>
#include <string_view>

namespace image_tool {
namespace {

/// Bytes of the UTF-8 character at the begin of a text, 0 where there is none.
std::size_t character_size(std::string_view text) {
    const auto at = [&](std::size_t index) {
        return index < text.size() ? static_cast<unsigned char>(text[index]) : 0U;
    };
    const auto follows = [&](std::size_t index) { return (at(index) & 0xC0U) == 0x80U; };
    const unsigned first = at(0);
    if (first < 0x80U) {
        return 1;
    }
    if (first >= 0xC2U && first <= 0xDFU) {
        return follows(1) ? 2 : 0;
    }
    if ((first & 0xF0U) == 0xE0U) {
        const bool overlong = first == 0xE0U && at(1) < 0xA0U;
        const bool surrogate = first == 0xEDU && at(1) > 0x9FU;
        return follows(1) && follows(2) && !overlong && !surrogate ? 3 : 0;
    }
    if (first >= 0xF0U && first <= 0xF4U) {
        const bool overlong = first == 0xF0U && at(1) < 0x90U;
        const bool beyond = first == 0xF4U && at(1) > 0x8FU;
        return follows(1) && follows(2) && follows(3) && !overlong && !beyond ? 4 : 0;
    }
    return 0;
}

bool is_plain(std::string_view character) {
    const auto first = static_cast<unsigned char>(character.front());
    const bool c1 = first == 0xC2U && static_cast<unsigned char>(character[1]) < 0xA0U;
    return first >= 0x20U && first != 0x7FU && !c1;
}

void add_escaped(std::string& shown, std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    for (const char byte : bytes) {
        const auto value = static_cast<unsigned char>(byte);
        shown += {'\\', 'x', digits[value >> 4U], digits[value & 0xFU]};
    }
}

std::string escaped(std::string_view path, bool backslashes, bool& changed) {
    std::string shown;
    while (!path.empty()) {
        const std::size_t size = character_size(path);
        const std::string_view character = path.substr(0, size == 0 ? 1 : size);
        const bool plain = size > 0 && is_plain(character);
        if (!plain || (backslashes && character == "\\")) {
            add_escaped(shown, character);
        } else {
            shown += character;
        }
        changed = changed || !plain;
        path.remove_prefix(character.size());
    }
    return shown;
}

} // namespace

std::string join_path(const std::string& folder, const std::string& name) {
    return folder.empty() ? name : folder + '/' + name;
}

std::string plain_path(const std::string& path) {
    std::string plain;
    std::string_view left = path;
    while (!left.empty()) {
        const std::size_t end = std::min(left.find('/'), left.size());
        const std::string part(left.substr(0, end));
        if (part == "..") {
            throw Failure(FailureKind::invalid, "the path '" + path + "' has '..' in it");
        }
        if (!part.empty() && part != ".") {
            plain = join_path(plain, part);
        }
        left.remove_prefix(std::min(end + 1, left.size()));
    }
    if (plain.empty()) {
        throw Failure(FailureKind::invalid, "the path '" + path + "' names nothing");
    }
    return plain;
}

std::string shown_path(const std::string& path) {
    bool changed = false;
    std::string shown = escaped(path, false, changed);
    // A backslash of the name beside those that were put in: it is escaped, too.
    return changed ? escaped(path, true, changed) : shown;
}

} // namespace image_tool
