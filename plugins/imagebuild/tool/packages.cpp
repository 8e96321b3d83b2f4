#include "packages.hpp"

#include <algorithm>
#include <cctype>

namespace image_tool {
namespace {

constexpr std::size_t longest_word = 200;

/// The next line of a text, which goes on behind it.
std::string_view take_line(std::string_view& text) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.empty() && line.back() == '\r') {
        line.remove_suffix(1);
    }
    return line;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0) {
        text.remove_prefix(1);
    }
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) {
        text.remove_suffix(1);
    }
    return text;
}

/// A name or version: what stands in a list with a blank between both.
bool is_word(std::string_view text) {
    return !text.empty() && text.size() <= longest_word &&
           std::all_of(text.begin(), text.end(),
                       [](char byte) { return byte > ' ' && byte < 127; });
}

void add_package(std::vector<Package>& packages, std::string_view name, std::string_view version) {
    if (is_word(name) && is_word(version)) {
        packages.push_back({std::string(name), std::string(version)});
    }
}

std::vector<Package> sorted(std::vector<Package> packages) {
    std::sort(packages.begin(), packages.end(), [](const Package& one, const Package& other) {
        return one.name != other.name ? one.name < other.name : one.version < other.version;
    });
    return packages;
}

/// The value of a line "KEY: value", else empty.
std::string_view field(std::string_view line, std::string_view key) {
    return line.size() > key.size() && line.substr(0, key.size()) == key
               ? trimmed(line.substr(key.size()))
               : std::string_view{};
}

} // namespace

std::vector<Package> dpkg_packages(std::string_view status) {
    std::vector<Package> packages;
    std::string_view name, version, state;
    const auto end_paragraph = [&] {
        if (state.size() > 10 && state.substr(state.size() - 10) == " installed") {
            add_package(packages, name, version);
        }
        name = version = state = {};
    };
    while (!status.empty()) {
        const std::string_view line = take_line(status);
        if (line.empty()) {
            end_paragraph();
        } else if (const auto package = field(line, "Package:"); !package.empty()) {
            name = package;
        } else if (const auto number = field(line, "Version:"); !number.empty()) {
            version = number;
        } else if (const auto words = field(line, "Status:"); !words.empty()) {
            state = words;
        }
    }
    end_paragraph();
    return sorted(std::move(packages));
}

std::vector<Package> xbps_packages(std::string_view plist) {
    constexpr std::string_view key = "<key>pkgver</key>", begin = "<string>", end = "</string>";
    std::vector<Package> packages;
    for (std::size_t at = plist.find(key); at != std::string_view::npos; at = plist.find(key, at)) {
        at += key.size();
        std::string_view rest = trimmed(plist.substr(at, 2 * longest_word));
        if (rest.substr(0, begin.size()) != begin) {
            continue;
        }
        rest.remove_prefix(begin.size());
        const std::string_view word = rest.substr(0, std::min(rest.find(end), rest.size()));
        const std::size_t dash = word.rfind('-'); // NAME-VERSION_REVISION
        if (dash != std::string_view::npos) {
            add_package(packages, word.substr(0, dash), word.substr(dash + 1));
        }
    }
    return sorted(std::move(packages));
}

std::string system_name(std::string_view os_release) {
    while (!os_release.empty()) {
        std::string_view value = field(take_line(os_release), "PRETTY_NAME=");
        if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') &&
            value.back() == value.front()) {
            value = value.substr(1, value.size() - 2);
        }
        if (!value.empty()) {
            return std::string(value.substr(0, longest_word));
        }
    }
    return {};
}

} // namespace image_tool
