#include "boot_set.hpp"

#include "json_text.hpp"
#include "kernel_file.hpp"

#include <algorithm>
#include <system_error>
#include <vector>

namespace imagebuild {
namespace {

namespace fs = std::filesystem;
using banger::Error;
using nlohmann::json;

/// The first image for which this is true; an empty object without one.
template <class Test>
json image_where(const DaemonApi& api, const Test& test) {
    const json images = api.ask("GET", "/v1/images").value("images", json::array());
    const auto found = std::find_if(images.begin(), images.end(), test);
    return found == images.end() ? json::object() : *found;
}

BootSet booted_by(const DaemonApi& api, const std::string& vm) {
    const json answer = api.ask("GET", "/v1/vms/" + DaemonApi::encoded(vm) + "/boot-files");
    return {text_in(answer, "kernel"), text_in(answer, "kernel_elf"), text_in(answer, "initrd"),
            text_in(answer, "modules"), text_in(answer, "kernel_version")};
}

bool is_same(const fs::path& file, const fs::path& other) {
    std::error_code code;
    return file == other || fs::equivalent(file, other, code);
}

/// The versions that there are modules of.
std::vector<std::string> versions_in(const fs::path& modules) {
    std::error_code code;
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(modules, code)) {
        if (entry.is_directory(code)) {
            names.push_back(entry.path().filename().string());
        }
    }
    return names;
}

bool has_version(const std::string& modules, const std::string& version) {
    const auto versions = versions_in(modules);
    return std::find(versions.begin(), versions.end(), version) != versions.end();
}

} // namespace

BootSet boot_set_of(const DaemonApi& api, const std::string& vm) {
    BootSet set = booted_by(api, vm);
    const json bundle =
        image_where(api, [](const json& image) { return text_in(image, "kind") == "bundle"; });
    const auto is_of_bundle = [&](const fs::path& file, const char* key) {
        return file.empty() || is_same(file, text_in(bundle, key));
    };
    // What boots together stays together: of another bundle the rest would not fit.
    const bool all = is_of_bundle(set.kernel, "kernel") && is_of_bundle(set.elf, "kernel_elf") &&
                     is_of_bundle(set.initrd, "initrd");
    if (is_of_bundle(set.modules, "modules")) {
        set.modules.clear(); // they are in the root file system
    }
    return all && set.modules.empty() ? BootSet() : set;
}

BootSet boot_set_of(const DaemonApi& api, const std::string& vm, const BuildRequest& request) {
    BootSet own = boot_set_of(api, vm);
    if (request.kernel.empty() && request.initrd.empty() && request.modules.empty()) {
        return own;
    }
    BootSet set = booted_by(api, vm);
    set.modules = own.modules; // the bundle's are in the root file system
    const std::string before = set.version;
    if (!request.kernel.empty()) {
        set.kernel = request.kernel;
        set.elf.clear();
        set.version = kernel_version_of(request.kernel);
    }
    if (!request.initrd.empty()) {
        set.initrd = request.initrd;
    }
    if (!request.modules.empty()) {
        set.modules = request.modules;
    } else if (!before.empty() && !set.version.empty() && set.version != before) {
        set.modules.clear(); // of another kernel
    }
    const auto versions = versions_in(set.modules);
    if (set.version.empty() && versions.size() == 1) {
        set.version = versions.front();
    }
    return set;
}

void require_fitting(const BuildRequest& request, const DaemonApi& api) {
    if (request.kernel.empty() && request.modules.empty()) {
        return;
    }
    const bool from_file = !request.rootfs.empty(); // its kernel is the bundle's
    const json base = image_where(api, [&](const json& image) {
        return from_file              ? text_in(image, "kind") == "bundle"
               : request.from.empty() ? image.value("default", false)
                                      : text_in(image, "name") == request.from;
    });
    const std::string before = text_in(base, "kernel_version");
    const std::string version = request.kernel.empty() ? before : kernel_version_of(request.kernel);
    if (version.empty()) {
        return;
    }
    const std::string kernel = request.kernel.empty()
                                   ? "the kernel of image " + text_in(base, "name")
                                   : "--kernel " + request.kernel;
    const std::string is = kernel + " is of version " + version;
    if (!request.modules.empty() && !has_version(request.modules, version)) {
        throw Error(BANGER_E_INVALID,
                    "--modules: " + request.modules + " has no folder " + version + ": " + is,
                    "name the folder that has a folder " + version +
                        " with its modules, or another kernel with --kernel");
    }
    if (before.empty() || version == before) {
        return;
    }
    const std::string of_base = " of image " + text_in(base, "name") + " are of version " + before;
    if (request.modules.empty() && !from_file) { // a file of the user's may have them
        throw Error(BANGER_E_INVALID, is + ", and the modules" + of_base,
                    "give the modules of that kernel with --modules, and its initial RAM disk with "
                    "--initrd");
    }
    if (request.initrd.empty()) {
        throw Error(BANGER_E_INVALID, is + ", and the modules in the initial RAM disk" + of_base,
                    "give one that was made for that kernel with --initrd");
    }
}

} // namespace imagebuild
