#include "builder/archive.hpp"
#include "builder/digest.hpp"
#include "builder/parts.hpp"
#include "builder/vmlinux.hpp"
#include "os/error.hpp"

namespace banger::bundle {
namespace {

namespace fs = std::filesystem;

/// The part of a package path that is the module tree, e.g. "lib/modules/6.1.0/..."; trixie has it
/// below usr.
bool is_module_path(const std::string& path) {
    return path.starts_with("lib/modules/") || path.starts_with("usr/lib/modules/");
}

fs::path single_child(const fs::path& folder) {
    fs::path found;
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (!found.empty()) {
            throw os::Error(os::ErrorKind::invalid,
                            folder.string() + " holds more than one kernel");
        }
        found = entry.path();
    }
    if (found.empty()) {
        throw os::Error(os::ErrorKind::not_found, folder.string() + " holds no kernel");
    }
    return found;
}

void build_kernel(const Site& site, const fs::path& staging) {
    const Apt apt(
        site.cache / "apt",
        find_mirrors(site.manifest->debian, *site.interrupt).sources(site.manifest->debian.release),
        *site.interrupt);
    apt.update();
    const std::string package = apt.resolve_kernel(site.manifest->kernel.package);
    const fs::path deb = apt.download(package, staging / "deb");
    const fs::path tree = staging / "tree";
    fs::create_directories(tree);
    unpack_deb(
        deb, tree,
        [](const std::string& path) { return path.starts_with("boot/") || is_module_path(path); },
        *site.interrupt);

    const fs::path modules = single_child(
        fs::exists(tree / "usr/lib/modules") ? tree / "usr/lib/modules" : tree / "lib/modules");
    const std::string version = modules.filename();
    fs::create_directories(staging / "modules");
    fs::rename(modules, staging / "modules" / version);
    fs::rename(tree / ("boot/vmlinuz-" + version), staging / "vmlinuz");
    fs::rename(tree / ("boot/config-" + version), staging / "config");
    extract_vmlinux(staging / "vmlinuz", staging / "vmlinux");
}

} // namespace

Component kernel_part(const Site& site) {
    return {.name = "kernel",
            .inputs =
                "kernel 1\n" + site.manifest->debian.release + "\n" + site.manifest->kernel.package,
            .outputs = {"vmlinuz", "vmlinux", "config", "modules"},
            .build = [&site](const fs::path& staging) { build_kernel(site, staging); }};
}

std::string kernel_version(const fs::path& bundle) {
    return single_child(bundle / "modules").filename();
}

} // namespace banger::bundle
