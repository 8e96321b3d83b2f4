#include "image/initrd.hpp"

#include "os/error.hpp"
#include "os/file.hpp"

#include <array>
#include <cstdio>

#include <fcntl.h>
#include <sys/stat.h>

namespace banger::image {
namespace fs = std::filesystem;

namespace {

constexpr std::size_t page = 4096;

void pad(std::string& text, std::size_t multiple) {
    text.resize((text.size() + multiple - 1) / multiple * multiple, '\0');
}

void append_entry(std::string& archive, std::string_view name, std::string_view data, unsigned mode,
                  unsigned inode) {
    std::array<char, 111> header{};
    // magic, ino, mode, uid, gid, nlink, mtime, filesize, dev major/minor, rdev major/minor,
    // namesize with its NUL, check
    std::snprintf(header.data(), header.size(),
                  "070701%08x%08x%08x%08x%08x%08x%08zx%08x%08x%08x%08x%08zx%08x", inode, mode, 0U,
                  0U, 1U, 0U, data.size(), 0U, 0U, 0U, 0U, name.size() + 1, 0U);
    archive.append(header.data(), header.size() - 1);
    archive.append(name);
    archive.push_back('\0');
    pad(archive, 4);
    archive.append(data);
    pad(archive, 4);
}

} // namespace

std::string newc_archive(std::string_view path, std::string_view content, unsigned mode) {
    std::string archive;
    unsigned inode = 1;
    for (std::size_t slash = path.find('/'); slash != std::string_view::npos;
         slash = path.find('/', slash + 1)) {
        append_entry(archive, path.substr(0, slash), {}, S_IFDIR | 0755U, inode++);
    }
    append_entry(archive, path, content, S_IFREG | mode, inode);
    append_entry(archive, "TRAILER!!!", {}, 0, 0);
    return archive;
}

void write_initrd(const fs::path& initramfs, std::string_view config_json, const fs::path& target) {
    std::error_code code;
    fs::remove(target, code);
    os::clone_file(initramfs, target, 0600);
    try {
        const os::UniqueFd fd = os::open_file(target, O_WRONLY | O_APPEND);
        struct stat info {};
        if (::fstat(fd.get(), &info) != 0) {
            throw os::errno_error("look at " + target.string());
        }
        // The kernel skips zero bytes between archives; the next one must be 4-byte aligned.
        const auto before = static_cast<std::size_t>(info.st_size);
        std::string tail((4 - before % 4) % 4, '\0');
        tail += newc_archive("banger/config.json", config_json, 0600);
        tail.resize(tail.size() + (page - (before + tail.size()) % page) % page, '\0');
        os::write_all(fd.get(), tail, "write " + target.string());
    } catch (...) {
        fs::remove(target, code);
        throw;
    }
}

} // namespace banger::image
