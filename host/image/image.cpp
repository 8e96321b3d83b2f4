#include "image/image.hpp"

#include "image/bundle.hpp"
#include "image/ext4.hpp"
#include "image/image_folder.hpp"
#include "os/clock.hpp"
#include "os/error.hpp"
#include "os/file.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>
#include <unistd.h>

namespace banger::image {
namespace fs = std::filesystem;
using os::Error;
using os::ErrorKind;

namespace {

std::string next_step(const Image& image) {
    if (image.kind == store::ImageKind::bundle) {
        return "make the bundle again with: " + bundle_maker(image.kernel.parent_path());
    }
    if (image.kind == store::ImageKind::managed) {
        return "make it again, or be rid of it with: banger image delete " + image.name;
    }
    return "register it again with: banger image register " + image.name;
}

} // namespace

void check_files(const Image& image) {
    const auto need = [&](const fs::path& path, const std::string& what) {
        std::error_code code;
        if (!path.empty() && fs::is_regular_file(path, code) && ::access(path.c_str(), R_OK) == 0) {
            return;
        }
        const std::string cause = path.empty()             ? "it has none"
                                  : fs::exists(path, code) ? path.string() + " is not readable"
                                                           : path.string() + " is missing";
        throw Error(ErrorKind::unavailable, "image " + image.name + ": no " + what + ": " + cause,
                    next_step(image));
    };
    need(image.kernel, "kernel");
    need(image.initramfs, "initramfs");
    need(image.rootfs, "rootfs");
    need(image.work_seed, "work seed");
}

void check_image_name(const std::string& name) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
    };
    if (name.empty() || name.size() > 63 || !std::all_of(name.begin(), name.end(), allowed) ||
        name.front() == '-' || name.front() == '.' || name.front() == '_') {
        throw Error(ErrorKind::invalid, "invalid image name '" + name.substr(0, 80) + "'",
                    "take 1 to 63 lower-case letters, digits, '-', '.' or '_', first a letter or "
                    "a digit");
    }
}

nlohmann::json to_json(const Image& image) {
    const auto text = [](const std::string& words) {
        return words.empty() ? nlohmann::json(nullptr) : nlohmann::json(words);
    };
    const auto number = [](std::uint64_t value) {
        return value == 0 ? nlohmann::json(nullptr) : nlohmann::json(value);
    };
    nlohmann::json document = {{"name", image.name},
                               {"kind", image.kind},
                               {"rootfs", text(image.rootfs)},
                               {"kernel", text(image.kernel)},
                               {"kernel_elf", text(image.kernel_elf)},
                               {"initrd", text(image.initramfs)},
                               {"modules", text(image.modules)},
                               {"work_seed", text(image.work_seed)},
                               {"own_work_seed", !image.foreign_seed && !image.work_seed.empty()},
                               {"dir", text(image.dir)},
                               {"kernel_version", text(image.kernel_version)},
                               {"base", text(image.made_from)},
                               {"source", text(std::string(to_string(image.source)))},
                               {"recipe", text(image.recipe)},
                               {"note", text(image.note)},
                               {"packages", nullptr},
                               {"content_bytes", nullptr},
                               {"created_at", nullptr},
                               {"ok", true}};
    if (image.created_at_ms > 0) {
        document["created_at"] = os::to_rfc3339(image.created_at_ms);
    }
    if (image.packages > 0) {
        document["packages"] = {{"count", image.packages},
                                {"manifest", (image.dir / packages_file).string()}};
    }
    try {
        check_files(image);
        document["size_bytes"] = fs::file_size(image.rootfs);
        document["disk_bytes"] =
            image.disk_bytes > 0
                ? image.disk_bytes
                : os::allocated_bytes(image.rootfs) +
                      (image.foreign_seed ? 0 : os::allocated_bytes(image.work_seed));
        document["content_bytes"] =
            number(image.content_bytes > 0 ? static_cast<std::uint64_t>(image.content_bytes)
                                           : ext4_used_bytes(image.rootfs).value_or(0));
    } catch (const std::exception& error) {
        document["ok"] = false;
        document["problem"] = error.what();
    }
    return document;
}

} // namespace banger::image
