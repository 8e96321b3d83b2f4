#include "recipe_words.hpp"

#include <algorithm>
#include <charconv>

namespace imagebuild {
namespace {

constexpr std::string_view lower_letters = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view upper_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view decimal_digits = "0123456789";

bool has(std::string_view set, char c) {
    return set.find(c) != std::string_view::npos;
}

/// Letters as said, digits unless it is the first one, and more.
bool consists(std::string_view text, std::size_t longest, bool upper, std::string_view more_first,
              std::string_view more) {
    if (text.empty() || text.size() > longest) {
        return false;
    }
    const auto letter = [&](char c) {
        return has(lower_letters, c) || (upper && has(upper_letters, c));
    };
    return (letter(text.front()) || has(more_first, text.front())) &&
           std::all_of(text.begin(), text.end(),
                       [&](char c) { return letter(c) || has(decimal_digits, c) || has(more, c); });
}

bool image_fits(std::string_view text) {
    return consists(text, 63, false, decimal_digits, "._-"); // as the daemon does, but at once
}
bool package_fits(std::string_view text) {
    return consists(text, 200, true, decimal_digits, "+-.:=~/_");
}
bool variable_fits(std::string_view text) {
    return consists(text, 100, true, "_", "_");
}
bool variable_value_fits(std::string_view text) {
    return std::none_of(text.begin(), text.end(), [](unsigned char c) {
        return c < 0x20 || c == 0x7F || c == '"' || c == '#';
    });
}
bool account_fits(std::string_view text) {
    return consists(text, 32, false, "_", "_-");
}
bool guest_path_fits(std::string_view text) {
    if (text.size() < 2 || text.size() > 1024 || text.front() != '/' || text.back() == '/') {
        return false;
    }
    for (std::size_t at = 1; at <= text.size();) {
        const std::size_t end = std::min(text.find('/', at), text.size());
        const std::string_view part = text.substr(at, end - at);
        if (part.empty() || part == "." || part == "..") {
            return false;
        }
        at = end + 1;
    }
    return true;
}
bool public_key_fits(std::string_view text) {
    return text.size() <= 16384 && text.find("PRIVATE KEY") == std::string_view::npos &&
           text.find(' ') != std::string_view::npos;
}
bool url_fits(std::string_view text) {
    const bool http = text.substr(0, 7) == "http://" || text.substr(0, 8) == "https://";
    return http && text.size() <= 2048 && text.find(' ') == std::string_view::npos &&
           text.size() > text.find("://") + 3;
}
bool unit_fits(std::string_view text) {
    return consists(text, 200, true, decimal_digits, "@:_.-");
}

} // namespace

const WordRule is_image{image_fits, "is no name of an image"};
const WordRule is_package{package_fits, "is no name of a package"};
const WordRule is_variable{variable_fits, "is no name of a variable"};
const WordRule is_variable_value{
    variable_value_fits,
    "a value is one line without \" and #, which /etc/environment cannot hold"};
const WordRule is_account{account_fits, "is no name of a user or group"};
const WordRule is_guest_path{guest_path_fits, "is no absolute path without '.', '..' and '//'"};
const WordRule is_public_key{public_key_fits, "is no public key"};
const WordRule is_url{url_fits, "is no address of http or https"};
const WordRule is_unit{unit_fits, "is no name of a service"};

std::optional<std::uint32_t> find_mode(std::string_view text) {
    std::uint32_t mode = 0;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, mode, 8);
    if (text.size() < 3 || text.size() > 5 || read.ec != std::errc() || read.ptr != end ||
        mode > 07777) {
        return std::nullopt;
    }
    return mode;
}

} // namespace imagebuild
