#include "archive_limits.hpp"

#include "archive_names.hpp"

namespace image_tool::archive {

std::uint64_t most_bytes(std::string_view name) noexcept {
    if (name == "vmlinuz" || name == "vmlinux" || name == "initramfs.img") {
        return most_boot_file_bytes;
    }
    if (name == "packages.txt") {
        return most_package_list_bytes;
    }
    return name == modules_name ? most_modules_bytes : most_file_bytes;
}

std::string beyond_limit(std::string_view name, std::uint64_t size) {
    const std::uint64_t most = most_bytes(name);
    return size <= most ? ""
                        : "it has " + std::to_string(size) + " bytes, at most " +
                              shown_bytes(most) + " are allowed";
}

std::string ModuleCount::add(const std::string& path) {
    if (++files_ > most_modules) {
        return "more than " + std::to_string(most_modules) + " files";
    }
    for (std::string& folder : folders_above(path)) {
        folders_.insert(std::move(folder));
    }
    return folders_.size() <= most_module_folders
               ? ""
               : "more than " + std::to_string(most_module_folders) + " folders";
}

} // namespace image_tool::archive
