#include "image/catalog.hpp"

#include "os/clock.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "store/image_table.hpp"

#include <algorithm>
#include <array>

#include <fcntl.h>
#include <unistd.h>

namespace banger::image {
namespace fs = std::filesystem;
using os::Error;
using os::ErrorKind;

namespace {

void check_image_name(const std::string& name) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
    };
    if (name.empty() || name.size() > 63 || !std::all_of(name.begin(), name.end(), allowed) ||
        name.front() == '-' || name.front() == '.') {
        throw Error(ErrorKind::invalid, "invalid image name '" + name.substr(0, 80) + "'",
                    "take 1 to 63 lower-case letters, digits, '-', '.' or '_'");
    }
}

fs::path checked_file(const fs::path& path, const char* what, bool folder = false) {
    if (path.empty()) {
        return {};
    }
    if (!path.is_absolute()) {
        throw Error(ErrorKind::invalid,
                    std::string(what) + " " + path.string() + ": the path must be absolute");
    }
    std::error_code code;
    const bool good = folder ? fs::is_directory(path, code) : fs::is_regular_file(path, code);
    if (!good) {
        throw Error(ErrorKind::not_found,
                    std::string(what) + " " + path.string() +
                        (fs::exists(path, code) ? ": this is no " : ": no such ") +
                        (folder ? "folder" : "file"));
    }
    return path;
}

/// s_magic, two bytes, little endian, at offset 56 of the superblock at 1024
/// (Documentation/filesystems/ext4/super.rst).
void check_ext4(const fs::path& rootfs) {
    constexpr off_t place = 1024 + 56;
    std::array<unsigned char, 2> magic{};
    const os::UniqueFd file = os::open_file(rootfs, O_RDONLY);
    const ssize_t n = ::pread(file.get(), magic.data(), magic.size(), place);
    if (n != static_cast<ssize_t>(magic.size()) || magic[0] != 0x53 || magic[1] != 0xEF) {
        throw Error(ErrorKind::invalid, "rootfs " + rootfs.string() + " is no ext4 file system",
                    "make one of a folder with: mke2fs -t ext4 -d FOLDER FILE 2G");
    }
}

} // namespace

Catalog::Catalog(store::ImageTable& table, fs::path configured)
    : Lookup([&table] { return table.list(); }, std::move(configured)), table_(table) {}

Image Catalog::register_image(const std::string& name, const Registration& registration) {
    check_image_name(name);
    if (const auto own = bundle_image(); name == "default" || (own && own->name == name)) {
        throw Error(ErrorKind::conflict, "image " + name + " is the runtime bundle's",
                    "register your files under another name");
    }
    if (registration.rootfs.empty()) {
        throw Error(ErrorKind::invalid, "image " + name + ": a rootfs is needed",
                    "give it with --rootfs PATH");
    }
    store::ImageRow row;
    row.name = name;
    row.kind = "registered";
    row.rootfs = checked_file(registration.rootfs, "rootfs");
    row.kernel = checked_file(registration.kernel, "kernel");
    row.initrd = checked_file(registration.initramfs, "initrd");
    row.modules = checked_file(registration.modules, "modules", true);
    if (registration.initramfs.empty()) { // the bundle's mounts ext4; another may do as it likes
        check_ext4(row.rootfs);
    }
    row.size = static_cast<std::int64_t>(fs::file_size(registration.rootfs));
    row.created_at = os::now_ms();
    Image image = made_of(row);
    check_files(image);
    table_.save(row);
    return image;
}

void Catalog::remove(const std::string& name, const std::vector<std::string>& users) {
    const Image image = get(name);
    if (image.kind == "bundle") {
        throw Error(ErrorKind::conflict, "image " + name + " is the runtime bundle's",
                    "remove the folder " + bundle().dir.string() + " to be rid of it");
    }
    if (!users.empty()) {
        std::string names;
        for (const std::string& user : users) {
            names += (names.empty() ? "" : ", ") + user;
        }
        throw Error(ErrorKind::conflict, "image " + name + " is used by " + names,
                    "delete those VMs first");
    }
    table_.remove(name);
}

} // namespace banger::image
