#include "arguments.hpp"
#include "content.hpp"
#include "entries.hpp"
#include "lookup.hpp"
#include "packages.hpp"
#include "path.hpp"
#include "programs.hpp"
#include "verbs.hpp"

#include <optional>

namespace image_tool {
namespace {

constexpr std::uint64_t most_list = 64U << 20U;
constexpr std::uint64_t most_release = 64U << 10U;

/// A list that cannot be read counts as none: an image is whole without it.
std::optional<std::string> text_of(FileSystem& fs, std::string_view path, std::uint64_t most) {
    const std::optional<ext2_ino_t> number = find_path(fs, path);
    if (!number || !LINUX_S_ISREG(fs.inode(*number).i_mode) || size_of(fs.inode(*number)) > most) {
        return std::nullopt;
    }
    return read_file(fs, *number, most);
}

/// Its data base is named by the version of its form.
std::optional<std::string> xbps_list(FileSystem& fs) {
    const std::optional<ext2_ino_t> folder = find_path(fs, "var/db/xbps");
    if (!folder || !is_directory(fs.inode(*folder))) {
        return std::nullopt;
    }
    for (const Entry& entry : entries_of(fs, *folder, fs.inode(*folder))) {
        if (entry.name.rfind("pkgdb-", 0) == 0 && entry.name.find(".plist") != std::string::npos) {
            return text_of(fs, "var/db/xbps/" + entry.name, most_list);
        }
    }
    return std::nullopt;
}

std::vector<Package> packages_of(FileSystem& fs) {
    if (const auto status = text_of(fs, "var/lib/dpkg/status", most_list)) {
        return dpkg_packages(*status);
    }
    if (const auto plist = xbps_list(fs)) {
        return xbps_packages(*plist);
    }
    return {};
}

std::vector<std::string> kernels_of(FileSystem& fs) {
    std::vector<std::string> kernels;
    const std::optional<ext2_ino_t> folder = find_path(fs, "lib/modules");
    if (folder && is_directory(fs.inode(*folder))) {
        for (const Entry& entry : entries_of(fs, *folder, fs.inode(*folder))) {
            if (is_directory(fs.inode(entry.number))) {
                kernels.push_back(shown_path(entry.name));
            }
        }
    }
    return kernels;
}

} // namespace

nlohmann::json inspect(const std::vector<std::string>& words, Report& report) {
    const Arguments arguments(words, {"fs"});
    report.stage("reading");
    FileSystem fs = open_replayed(arguments.one("fs"), "the image");
    nlohmann::json packages = nlohmann::json::array();
    for (const Package& package : packages_of(fs)) {
        packages.push_back({{"name", package.name}, {"version", package.version}});
    }
    const std::string release = text_of(fs, "etc/os-release", most_release).value_or("");
    return {{"content_bytes", fs.content_bytes()},
            {"size_bytes", fs.size_bytes()},
            {"packages", std::move(packages)},
            {"kernels", kernels_of(fs)},
            {"os", shown_path(system_name(release))}};
}

} // namespace image_tool
