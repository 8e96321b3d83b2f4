#include "builder/initramfs.hpp"

#include "builder/digest.hpp"
#include "builder/module_index.hpp"
#include "builder/parts.hpp"
#include "os/error.hpp"

#include <algorithm>
#include <set>

namespace banger::bundle {
namespace {

namespace fs = std::filesystem;

/// Only what the init looks at: the buses on which a guest's devices appear.
bool names_guest_device(const std::string& alias) {
    const std::string bus = alias.substr(0, alias.find(':'));
    return bus == "virtio" || bus == "acpi" || bus == "acpi*" || bus == "pci";
}

fs::path stored_as(const fs::path& module) {
    return module.extension() == ".ko" ? module : fs::path(module).replace_extension();
}

/// One line per module, as init/modules.hpp reads it.
std::string list_line(const ModuleIndex& index, const std::string& module) {
    std::string aliases;
    for (const std::string& alias : index.info(module).aliases) {
        if (names_guest_device(alias)) {
            aliases += (aliases.empty() ? "" : ",") + alias;
        }
    }
    std::string line = aliases.empty() ? "-" : aliases;
    for (const fs::path& file : index.load_order(module)) {
        line += " " + stored_as(file).string();
    }
    return line + "\n";
}

void add_folders(const fs::path& file, std::set<std::string>& known, std::vector<CpioEntry>& out) {
    fs::path folder;
    for (const fs::path& part : file.parent_path()) {
        folder /= part;
        if (known.insert(folder).second) {
            out.push_back({.path = folder, .folder = true, .mode = 0755});
        }
    }
}

/// The modules to be there: a name with a '?' behind it may be missing, and what the kernel has
/// built in needs no file.
std::vector<std::string> present_modules(const ModuleIndex& index,
                                         const std::vector<std::string>& names) {
    std::vector<std::string> out;
    for (std::string name : names) {
        const bool optional = !name.empty() && name.back() == '?';
        if (optional) {
            name.pop_back();
        }
        if (!index.built_in(name) && (!optional || index.has(name))) {
            out.push_back(name);
        }
    }
    return out;
}

} // namespace

void write_initramfs(const InitramfsSources& sources, const fs::path& target) {
    const ModuleIndex index(sources.modules_folder);
    std::string list;
    std::vector<fs::path> files;
    for (const std::string& module : present_modules(index, sources.modules)) {
        list += list_line(index, module);
        for (const fs::path& file : index.load_order(module)) {
            if (std::find(files.begin(), files.end(), file) == files.end()) {
                files.push_back(file);
            }
        }
    }
    std::vector<CpioEntry> entries;
    std::set<std::string> folders;
    const auto add = [&](CpioEntry entry) {
        add_folders(entry.path, folders, entries);
        entries.push_back(std::move(entry));
    };
    add({.path = "init", .source = sources.init, .mode = 0755});
    add({.path = "dev/console",
         .console = true,
         .mode = 0600}); // the init's standard streams, before /dev is mounted
    add({.path = "lib/modules/list", .content = list});
    for (const fs::path& file : files) {
        add({.path = "lib/modules" / stored_as(file), .content = index.content(file)});
    }
    write_cpio(target, entries, sources.compression);
}

Component initramfs_part(const Site& site, const Record& kernel) {
    if (!fs::is_regular_file(site.init)) {
        throw os::Error(os::ErrorKind::not_found,
                        "initramfs: the init program " + site.init.string() + " is missing",
                        "build the target banger-init, or name it with --init");
    }
    std::string inputs = "initramfs 1\n" + kernel.sha256 + "\n" + sha256_file(site.init) + "\n" +
                         std::to_string(static_cast<int>(site.manifest->initramfs.compression));
    for (const std::string& module : site.manifest->initramfs.modules) {
        inputs += "\n" + module;
    }
    return {.name = "initramfs",
            .inputs = inputs,
            .outputs = {"initramfs.img"},
            .build = [&site](const fs::path& staging) {
                write_initramfs(
                    {.modules_folder = site.bundle / "modules" / kernel_version(site.bundle),
                     .init = site.init,
                     .modules = site.manifest->initramfs.modules,
                     .compression = site.manifest->initramfs.compression},
                    staging / "initramfs.img");
            }};
}

} // namespace banger::bundle
