#include "listing.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <sstream>
#include <system_error>

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

namespace banger::test {
namespace {

namespace fs = std::filesystem;

std::string attributes(const std::string& path) {
    std::array<char, 4096> names{};
    const ssize_t size = ::llistxattr(path.c_str(), names.data(), names.size());
    if (size < 0) {
        throw std::system_error(errno, std::generic_category(), "llistxattr " + path);
    }
    std::vector<std::string> all;
    std::istringstream list(std::string(names.data(), static_cast<std::size_t>(size)));
    for (std::string name; std::getline(list, name, '\0');) {
        std::array<char, 4096> value{};
        const ssize_t got = ::lgetxattr(path.c_str(), name.c_str(), value.data(), value.size());
        if (got < 0) {
            throw std::system_error(errno, std::generic_category(), name + " of " + path);
        }
        all.push_back(name + "=" + std::string(value.data(), static_cast<std::size_t>(got)));
    }
    std::sort(all.begin(), all.end());
    std::string text;
    for (const std::string& one : all) {
        text += " " + one;
    }
    return text;
}

std::string content(const fs::path& path, const struct stat& info) {
    if (S_ISLNK(info.st_mode)) {
        return "-> " + fs::read_symlink(path).string();
    }
    if (!S_ISREG(info.st_mode)) {
        return {};
    }
    std::ifstream in(path, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    return std::to_string(bytes.size()) + ":" + std::to_string(std::hash<std::string>{}(bytes));
}

std::string line(const std::string& name, const std::string& path) {
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0) {
        throw std::system_error(errno, std::generic_category(), "lstat " + path);
    }
    std::ostringstream text;
    text << name << ' ' << std::oct << info.st_mode << std::dec << ' ' << info.st_uid << ':'
         << info.st_gid << ' ' << major(info.st_rdev) << ':' << minor(info.st_rdev) << ' '
         << info.st_mtim.tv_sec << '.' << info.st_mtim.tv_nsec << ' ' << content(path, info)
         << attributes(path);
    return text.str();
}

} // namespace

std::vector<std::string> listing(const std::string& root) {
    std::vector<std::string> lines{line("/", root)};
    for (auto at = fs::recursive_directory_iterator(root); at != fs::end(at); ++at) {
        const std::string path = at->path();
        const std::string name = path.substr(root.size());
        if (name == "/lost+found") {
            at.disable_recursion_pending();
            continue;
        }
        lines.push_back(line(name, path));
    }
    std::sort(lines.begin(), lines.end());
    return lines;
}

} // namespace banger::test
