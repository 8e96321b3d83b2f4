#include "image/bundle.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/paths.hpp"

#include <cstdlib>

#include <nlohmann/json.hpp>

namespace banger::image {
namespace fs = std::filesystem;
using nlohmann::json;
using os::Error;
using os::ErrorKind;

namespace {

fs::path resolved(const fs::path& dir, const json& object, const char* key) {
    const auto at = object.find(key);
    if (at == object.end() || at->is_null()) {
        return {};
    }
    const fs::path path = at->get<std::string>();
    return path.is_absolute() ? path : dir / path;
}

} // namespace

Bundle read_bundle(const fs::path& dir) {
    const fs::path file = dir / "bundle.json";
    const auto text = os::find_file(file);
    if (!text) {
        throw Error(ErrorKind::unavailable, "no runtime bundle in " + dir.string(),
                    "make one with: " + bundle_maker(dir));
    }
    try {
        const json document = json::parse(*text);
        if (document.at("version").get<int>() != 1) {
            throw Error(ErrorKind::invalid,
                        file.string() + " has version " + document["version"].dump() +
                            "; this banger reads version 1",
                        "make it again with: " + bundle_maker(dir));
        }
        Bundle bundle;
        bundle.dir = dir;
        const json& kernel = document.at("kernel");
        bundle.kernel_version = kernel.value("version", "");
        bundle.vmlinuz = resolved(dir, kernel, "vmlinuz");
        bundle.vmlinux = resolved(dir, kernel, "vmlinux");
        bundle.modules = resolved(dir, kernel, "modules");
        bundle.initramfs = resolved(dir, document, "initramfs");
        const json& rootfs = document.at("rootfs");
        bundle.rootfs = resolved(dir, rootfs, "path");
        bundle.rootfs_name = rootfs.value("name", "default");
        bundle.work_seed = resolved(dir, document, "work_seed");
        bundle.ssh_key = resolved(dir, document, "ssh_key");
        if (const auto at = document.find("firecracker"); at != document.end() && !at->is_null()) {
            bundle.firecracker = resolved(dir, *at, "path");
        }
        return bundle;
    } catch (const json::exception& error) {
        throw Error(ErrorKind::invalid, file.string() + " is damaged: " + error.what(),
                    "make it again with: " + bundle_maker(dir));
    }
}

std::vector<std::string> Bundle::missing() const {
    std::vector<std::string> names;
    const auto need = [&](const fs::path& path, const char* what) {
        std::error_code code;
        if (path.empty() || !fs::exists(path, code)) {
            names.push_back(std::string(what) +
                            (path.empty() ? std::string() : " (" + path.string() + ")"));
        }
    };
    need(vmlinuz, "kernel");
    need(initramfs, "initramfs");
    need(rootfs, "rootfs");
    need(work_seed, "work seed");
    need(ssh_key, "ssh key");
    return names;
}

std::vector<fs::path> bundle_places(const fs::path& configured) {
    if (!configured.empty()) {
        return {configured};
    }
    std::vector<fs::path> places;
    if (const char* dir = std::getenv("BANGER_RUNTIME_DIR"); dir != nullptr && *dir == '/') {
        return {dir};
    }
    places.push_back(os::user_paths().data / "runtime");
    const os::Installation& installation = os::installation();
    if (installation.build_tree) {
        places.push_back(installation.source / "runtime" / "bundle");
    } else {
        places.push_back(installation.share / "runtime");
    }
    return places;
}

std::optional<fs::path> find_bundle(const fs::path& configured) {
    for (const fs::path& place : bundle_places(configured)) {
        std::error_code code;
        if (fs::exists(place / "bundle.json", code)) {
            return place;
        }
    }
    return std::nullopt;
}

fs::path bundle_place(const fs::path& configured) {
    if (const auto found = find_bundle(configured)) {
        return *found;
    }
    // An installed banger does not look into the folder that it was built in.
    const std::vector<fs::path> places = bundle_places(configured);
    return os::installation().build_tree ? places.back() : places.front();
}

std::string bundle_maker(const fs::path& dir) {
    const os::Installation& installation = os::installation();
    if (installation.build_tree && dir == installation.source / "runtime" / "bundle") {
        return "make runtime-bundle";
    }
    if (dir == os::user_paths().data / "runtime") {
        return "./quickstart.sh (in banger's source)";
    }
    return "make runtime-bundle PRESET=release RUNTIME_OUT=" + dir.string() +
           " (in banger's source)";
}

std::string firecracker_adder(const fs::path& dir) {
    const os::Installation& installation = os::installation();
    const fs::path manifest = "runtime/runtime-bundle.toml"; // which is not installed
    const bool here = installation.build_tree;
    return (installation.bin / "banger-bundle").string() + " --manifest " +
           (here ? installation.source / manifest : manifest).string() + " --out " + dir.string() +
           " --firecracker FILE" + (here ? "" : " (in banger's source)");
}

} // namespace banger::image
