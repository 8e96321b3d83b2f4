#include "image/lookup.hpp"

#include "os/error.hpp"
#include "os/paths.hpp"
#include "store/image_table.hpp"

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

} // namespace

Lookup::Lookup(Records records, fs::path configured)
    : records_(std::move(records)), configured_(std::move(configured)) {}

const Bundle* Lookup::find_bundle(std::string& why) {
    try {
        return &bundle();
    } catch (const Error& error) {
        why = error.what();
        return nullptr;
    }
}

const Bundle& Lookup::bundle() {
    const auto dir = image::find_bundle(configured_);
    if (!dir) {
        std::string places;
        for (const fs::path& place : bundle_places(configured_)) {
            places += (places.empty() ? "" : ", ") + place.string();
        }
        throw Error(ErrorKind::unavailable, "no runtime bundle in " + places,
                    "make one with: " + bundle_maker(bundle_place(configured_)));
    }
    const auto changed = fs::last_write_time(*dir / "bundle.json");
    if (!bundle_ || bundle_->dir != *dir || read_at_ != changed) {
        bundle_ = read_bundle(*dir);
        read_at_ = changed;
    }
    return *bundle_;
}

std::optional<Image> Lookup::bundle_image() {
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

Image Lookup::made_of(const store::ImageRow& row) {
    std::string why;
    return from_row(row, find_bundle(why));
}

std::vector<Image> Lookup::list() {
    std::vector<Image> images;
    if (auto image = bundle_image()) {
        images.push_back(std::move(*image));
    }
    std::string why;
    const Bundle* found = find_bundle(why);
    for (const store::ImageRow& row : records_()) {
        images.push_back(from_row(row, found));
    }
    return images;
}

std::optional<Image> Lookup::find(std::string_view name) {
    for (Image& image : list()) {
        if (image.name == name || (name == "default" && image.kind == "bundle")) {
            return std::move(image);
        }
    }
    return std::nullopt;
}

Image Lookup::get(std::string_view name) {
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
                names.empty()
                    ? "make the default one with: " + bundle_maker(bundle_place(configured_))
                    : "there are: " + names);
}

std::string Lookup::find_problem(std::string_view name) {
    try {
        check_files(get(name));
        return {};
    } catch (const Error& error) {
        return error.what() + (error.hint().empty() ? "" : "; " + error.hint());
    }
}

} // namespace banger::image
