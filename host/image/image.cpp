#include "image/image.hpp"

#include "image/bundle.hpp"
#include "os/error.hpp"
#include "os/file.hpp"

#include <nlohmann/json.hpp>
#include <unistd.h>

namespace banger::image {
namespace fs = std::filesystem;
using os::Error;
using os::ErrorKind;

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
                    image.kind == "bundle"
                        ? "make the bundle again with: " + bundle_maker(image.kernel.parent_path())
                        : "register it again with: banger image register " + image.name);
    };
    need(image.kernel, "kernel");
    need(image.initramfs, "initramfs");
    need(image.rootfs, "rootfs");
    need(image.work_seed, "work seed");
}

nlohmann::json to_json(const Image& image) {
    const auto text = [](const fs::path& path) {
        return path.empty() ? nlohmann::json(nullptr) : nlohmann::json(path.string());
    };
    nlohmann::json document = {{"name", image.name},
                               {"kind", image.kind},
                               {"rootfs", text(image.rootfs)},
                               {"kernel", text(image.kernel)},
                               {"initrd", text(image.initramfs)},
                               {"modules", text(image.modules)},
                               {"work_seed", text(image.work_seed)},
                               {"ok", true}};
    try {
        check_files(image);
        document["size_bytes"] = fs::file_size(image.rootfs);
        document["disk_bytes"] = os::allocated_bytes(image.rootfs);
    } catch (const std::exception& error) {
        document["ok"] = false;
        document["problem"] = error.what();
    }
    return document;
}

} // namespace banger::image
