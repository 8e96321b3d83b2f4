#include "image/catalog.hpp"

#include "image/boot_format.hpp"
#include "image/ext4.hpp"
#include "os/clock.hpp"
#include "os/error.hpp"
#include "store/image_table.hpp"
#include "store/reserve.hpp"

namespace banger::image {
namespace fs = std::filesystem;
using os::Error;
using os::ErrorKind;

namespace {

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

void check_ext4(const fs::path& file, const char* what) {
    if (!is_ext4(file)) {
        throw Error(ErrorKind::invalid,
                    std::string(what) + " " + file.string() + " is no ext4 file system",
                    "make one of a folder with: mke2fs -t ext4 -d FOLDER FILE 2G");
    }
}

void check_boot_files(const store::ImageRow& row) {
    if (!row.kernel.empty() && !is_kernel(row.kernel)) {
        throw Error(ErrorKind::invalid,
                    "kernel " + row.kernel + " is no Linux kernel for this kind of machine",
                    "give a bzImage, such as /boot/vmlinuz-VERSION, or an uncompressed vmlinux");
    }
    if (!row.initrd.empty() && !is_initramfs(row.initrd)) {
        throw Error(ErrorKind::invalid, "initrd " + row.initrd + " is no initial RAM disk",
                    "give a cpio archive, such as /boot/initrd.img-VERSION");
    }
}

} // namespace

Catalog::Catalog(store::ImageTable& table, store::Reserve& reserve, fs::path configured,
                 fs::path store)
    : Lookup([&table] { return table.list(); }, std::move(configured), store), table_(table),
      reserve_(reserve), folders_(std::move(store)), stagings_(folders_, reserve) {}

void Catalog::require_free(const std::string& name) {
    check_image_name(name);
    if (const auto own = bundle_image(); name == "default" || (own && own->name == name)) {
        throw Error(ErrorKind::conflict, "image " + name + " is the runtime bundle's",
                    "take another name");
    }
}

Image Catalog::register_image(const std::string& name, const Registration& registration) {
    require_free(name);
    const auto before = table_.find(name);
    if (before && before->kind == store::ImageKind::managed) {
        throw Error(ErrorKind::conflict, "image " + name + " is there, with files of its own",
                    "take another name, or delete it first: banger image delete " + name);
    }
    if (registration.rootfs.empty()) {
        throw Error(ErrorKind::invalid, "image " + name + ": a rootfs is needed",
                    "give it with --rootfs PATH");
    }
    store::ImageRow row;
    row.name = name;
    row.kind = store::ImageKind::registered;
    row.rootfs = checked_file(registration.rootfs, "rootfs");
    row.kernel = checked_file(registration.kernel, "kernel");
    if (is_elf(row.kernel)) {
        row.kernel_elf = row.kernel;
    }
    row.initrd = checked_file(registration.initramfs, "initrd");
    check_boot_files(row);
    row.modules = checked_file(registration.modules, "modules", true);
    row.work_seed = checked_file(registration.work_seed, "work seed");
    if (registration.initramfs.empty()) { // the bundle's mounts ext4; another may do as it likes
        check_ext4(row.rootfs, "rootfs");
        if (!row.work_seed.empty()) {
            check_ext4(row.work_seed, "work seed");
        }
    }
    row.size = static_cast<std::int64_t>(fs::file_size(registration.rootfs));
    row.created_at = os::now_ms();
    row.kept_default = before && before->kept_default;
    Image image = made_of(row);
    check_files(image);
    table_.save(row);
    return image;
}

void Catalog::set_default(const std::string& name) {
    const Image image = get(name);
    check_files(image);
    table_.keep_default(image.kind == store::ImageKind::bundle ? "" : image.name);
}

void Catalog::remove(const std::string& name, const std::vector<std::string>& users,
                     const std::string& default_name) {
    const Image image = get(name);
    if (image.kind == store::ImageKind::bundle) {
        throw Error(ErrorKind::conflict, "image " + name + " is the runtime bundle's",
                    "it comes with banger and stays; VMs get another one by: banger image default "
                    "NAME");
    }
    if (!users.empty()) {
        std::string names;
        for (const std::string& user : users) {
            names += (names.empty() ? "" : ", ") + user;
        }
        throw Error(ErrorKind::conflict, "image " + name + " is used by " + names,
                    "delete those VMs first");
    }
    if (image.kept_default || image.name == default_name) {
        throw Error(ErrorKind::conflict, "image " + name + " is the default",
                    image.kept_default ? "choose another one first: banger image default NAME"
                                       : "name another one in vm.image of the configuration first");
    }
    const std::string folder = table_.find(image.name).value_or(store::ImageRow{}).folder;
    reserve_.lend();
    std::error_code code;
    const bool has_files = !folder.empty() && fs::exists(folders_.folder(folder), code);
    if (has_files) {
        folders_.put_away(folder);
    }
    try {
        table_.remove(image.name);
    } catch (...) {
        if (has_files) {
            folders_.bring_back(folder);
        }
        throw;
    }
}

} // namespace banger::image
