#include "archive_names.hpp"

#include "archive_limits.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace image_tool::archive {
namespace {

constexpr std::array<std::string_view, 6> image_files{
    rootfs_name, "work-seed.ext4", "vmlinuz", "vmlinux", "initramfs.img", "packages.txt"};

bool is_plain(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_word(std::string_view word) noexcept {
    return !word.empty() && word.size() <= longest_word && word[0] != '.' && word[0] != '-' &&
           std::all_of(word.begin(), word.end(), [](char c) {
               return is_plain(c) ||
                      std::string_view("._+-=,@~:").find(c) != std::string_view::npos;
           });
}

} // namespace

bool is_image_file(std::string_view name) noexcept {
    return std::find(image_files.begin(), image_files.end(), name) != image_files.end();
}

bool is_module_path(std::string_view path) noexcept {
    if (path.size() > longest_path || !path.starts_with(modules_name) ||
        !path.substr(modules_name.size()).starts_with('/')) {
        return false;
    }
    path.remove_prefix(modules_name.size() + 1);
    for (std::size_t depth = 1; depth < deepest_path; ++depth) {
        const std::size_t end = path.find('/');
        if (!is_word(path.substr(0, end))) {
            return false;
        }
        if (end == std::string_view::npos) {
            return true;
        }
        path.remove_prefix(end + 1);
    }
    return false;
}

std::vector<std::string> folders_above(const std::string& path) {
    std::vector<std::string> folders;
    for (std::size_t slash = path.find('/'); slash != std::string::npos;
         slash = path.find('/', slash + 1)) {
        folders.push_back(path.substr(0, slash));
    }
    return folders;
}

bool is_image_name(std::string_view name) noexcept {
    const auto starts = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    return !name.empty() && name.size() <= 63 && starts(name[0]) &&
           std::all_of(name.begin(), name.end(),
                       [&](char c) { return starts(c) || c == '.' || c == '_' || c == '-'; });
}

std::string shown(std::string_view text) {
    constexpr std::size_t limit = 120;
    std::string out;
    for (const char c : text.substr(0, limit)) {
        if (c >= ' ' && c <= '~') {
            out += c;
        } else {
            std::array<char, 8> escaped{};
            std::snprintf(escaped.data(), escaped.size(), "\\x%02x", static_cast<unsigned char>(c));
            out += escaped.data();
        }
    }
    return text.size() > limit ? out + "..." : out;
}

std::string shown_bytes(unsigned long long bytes) {
    constexpr std::array<const char*, 5> units{"bytes", "KiB", "MiB", "GiB", "TiB"};
    auto value = static_cast<double>(bytes);
    std::size_t unit = 0;
    for (; value >= 1024 && unit + 1 < units.size(); ++unit) {
        value /= 1024;
    }
    std::array<char, 48> text{};
    std::snprintf(text.data(), text.size(), unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
    return text.data();
}

} // namespace image_tool::archive
