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

Image from_row(const store::ImageRow& row, const Bundle* bundle) {
    Image image;
    image.name = row.name;
    image.kind = row.kind;
    image.rootfs = row.rootfs;
    image.created_at_ms = row.created_at;
    image.work_seed = row.work_seed;
    if (bundle != nullptr && image.work_seed.empty()) {
        image.work_seed = bundle->work_seed;
    }
    if (row.kernel.empty() && bundle != nullptr) {
        image.kernel = bundle->vmlinuz;
        image.kernel_elf = bundle->vmlinux;
        image.kernel_version = row.initrd.empty() ? bundle->kernel_version : "";
    } else {
        image.kernel = row.kernel;
    }
    image.initramfs = !row.initrd.empty() ? fs::path(row.initrd)
                      : bundle != nullptr ? bundle->initramfs
                                          : fs::path();
    image.modules = row.modules;
    return image;
}

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
    : table_(table), configured_(std::move(configured)) {}

const Bundle* Catalog::find_bundle(std::string& why) {
    try {
        return &bundle();
    } catch (const Error& error) {
        why = error.what();
        return nullptr;
    }
}

const Bundle& Catalog::bundle() {
    const auto dir = image::find_bundle(configured_);
    if (!dir) {
        std::string places;
        for (const fs::path& place : bundle_places(configured_)) {
            places += (places.empty() ? "" : ", ") + place.string();
        }
        throw Error(ErrorKind::unavailable, "no runtime bundle in " + places,
                    "make one with: make runtime-bundle");
    }
    const auto changed = fs::last_write_time(*dir / "bundle.json");
    if (!bundle_ || bundle_->dir != *dir || read_at_ != changed) {
        bundle_ = read_bundle(*dir);
        read_at_ = changed;
    }
    return *bundle_;
}

std::optional<Image> Catalog::bundle_image() {
    std::string why;
    const Bundle* found = find_bundle(why);
    if (found == nullptr) {
        return std::nullopt;
    }
    Image image;
    image.name = found->rootfs_name;
    image.kind = "bundle";
    image.rootfs = found->rootfs;
    image.kernel_version = found->kernel_version;
    image.kernel = found->vmlinuz;
    image.kernel_elf = found->vmlinux;
    image.initramfs = found->initramfs;
    image.modules = found->modules;
    image.work_seed = found->work_seed;
    return image;
}

std::vector<Image> Catalog::list() {
    std::vector<Image> images;
    if (auto image = bundle_image()) {
        images.push_back(std::move(*image));
    }
    std::string why;
    const Bundle* found = find_bundle(why);
    for (const store::ImageRow& row : table_.list()) {
        images.push_back(from_row(row, found));
    }
    return images;
}

std::optional<Image> Catalog::find(std::string_view name) {
    for (Image& image : list()) {
        if (image.name == name || (name == "default" && image.kind == "bundle")) {
            return std::move(image);
        }
    }
    return std::nullopt;
}

Image Catalog::get(std::string_view name) {
    if (name.empty()) {
        if (auto image = bundle_image()) {
            return std::move(*image);
        }
        (void)bundle(); // throws the reason
    }
    if (auto image = find(name)) {
        return std::move(*image);
    }
    std::string names;
    for (const Image& image : list()) {
        names += (names.empty() ? "" : ", ") + image.name;
    }
    throw Error(ErrorKind::not_found, "no image named '" + std::string(name) + "'",
                names.empty() ? "make the default one with: make runtime-bundle"
                              : "there are: " + names);
}

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
    std::string why;
    Image image = from_row(row, find_bundle(why));
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
