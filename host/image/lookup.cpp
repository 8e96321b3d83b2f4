#include "image/lookup.hpp"

#include "os/error.hpp"
#include "os/paths.hpp"
#include "store/image_table.hpp"

#include <algorithm>

#include <sys/stat.h>

namespace banger::image {
namespace fs = std::filesystem;
using os::Error;
using os::ErrorKind;

namespace {

Image from_row(const store::ImageRow& row, const Bundle* bundle, const fs::path& store) {
    Image image;
    image.name = row.name;
    image.kind = row.kind;
    image.kept_default = row.kept_default;
    image.created_at_ms = row.created_at;
    image.content_bytes = row.content_bytes;
    image.disk_bytes = static_cast<std::uint64_t>(std::max<std::int64_t>(row.disk_bytes, 0));
    image.packages = row.packages;
    image.made_from = row.made_from;
    image.source = row.source;
    image.recipe = row.recipe;
    image.note = row.note;
    if (!row.folder.empty()) {
        image.dir = store / row.folder;
    }
    const auto placed = [&](const std::string& path) {
        return path.empty() ? fs::path() : image.dir / path; // an absolute one stays as it is
    };
    image.rootfs = placed(row.rootfs);
    image.work_seed = placed(row.work_seed);
    image.foreign_seed = row.work_seed.empty();
    if (bundle != nullptr && image.foreign_seed) {
        image.work_seed = bundle->work_seed;
    }
    if (row.kernel.empty() && bundle != nullptr) {
        image.kernel = bundle->vmlinuz;
        image.kernel_elf = bundle->vmlinux;
        image.kernel_version = row.initrd.empty() ? bundle->kernel_version : "";
    } else {
        image.kernel = placed(row.kernel);
        image.kernel_elf = placed(row.kernel_elf);
        image.kernel_version = row.kernel_version;
    }
    image.initramfs = !row.initrd.empty() ? placed(row.initrd)
                      : bundle != nullptr ? bundle->initramfs
                                          : fs::path();
    image.modules = placed(row.modules);
    return image;
}

} // namespace

Lookup::Lookup(Records records, fs::path configured, fs::path store)
    : records_(std::move(records)), configured_(std::move(configured)), store_(std::move(store)) {}

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
    image.kind = store::ImageKind::bundle;
    image.rootfs = found->rootfs;
    image.kernel_version = found->kernel_version;
    image.kernel = found->vmlinuz;
    image.kernel_elf = found->vmlinux;
    image.initramfs = found->initramfs;
    image.modules = found->modules;
    image.work_seed = found->work_seed;
    const std::vector<store::ImageRow> rows = records_();
    image.kept_default = std::none_of(rows.begin(), rows.end(),
                                      [](const store::ImageRow& row) { return row.kept_default; });
    struct stat info {};
    if (::stat((found->dir / "bundle.json").c_str(), &info) == 0) {
        image.created_at_ms = std::int64_t{info.st_mtim.tv_sec} * 1000;
    }
    return image;
}

Image Lookup::made_of(const store::ImageRow& row) {
    std::string why;
    return from_row(row, find_bundle(why), store_);
}

std::vector<Image> Lookup::list() {
    std::vector<Image> images;
    if (auto image = bundle_image()) {
        images.push_back(std::move(*image));
    }
    std::string why;
    const Bundle* found = find_bundle(why);
    for (const store::ImageRow& row : records_()) {
        images.push_back(from_row(row, found, store_));
    }
    return images;
}

std::optional<Image> Lookup::find(std::string_view name) {
    for (Image& image : list()) {
        if (image.name == name || (name == "default" && image.kind == store::ImageKind::bundle)) {
            return std::move(image);
        }
    }
    return std::nullopt;
}

std::string Lookup::kept_default() {
    for (const Image& image : list()) {
        if (image.kept_default) {
            return image.name;
        }
    }
    return {};
}

std::string Lookup::default_name(const std::string& named) {
    if (named.empty()) {
        return kept_default();
    }
    const auto image = find(named); // "default" is another name of the bundle's
    return image ? image->name : named;
}

Image Lookup::get(std::string_view name) {
    if (name.empty()) {
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
