#include "image_files.hpp"

#include "json_text.hpp"
#include "seal.hpp"
#include "tool_run.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <vector>

namespace imagebuild {
namespace {

namespace fs = std::filesystem;
using banger::Error;
using nlohmann::json;

constexpr const char* margin_mib = "64"; ///< free in a file system that is made small

bool is_elf(const fs::path& file) {
    std::array<char, 4> begin{};
    std::ifstream(file, std::ios::binary).read(begin.data(), begin.size());
    return begin == std::array<char, 4>{'\x7f', 'E', 'L', 'F'};
}

/// The version that the one folder in there is named by.
std::string only_version(const fs::path& modules) {
    std::error_code code;
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(modules, code)) {
        if (entry.is_directory()) {
            names.push_back(entry.path().filename().string());
        }
    }
    return names.size() == 1 ? names.front() : "";
}

const json* image_of(const json& images, const std::string& name) {
    for (const json& image : images) {
        if (image.value("name", "") == name) {
            return &image;
        }
    }
    return nullptr;
}

} // namespace

std::string ImageFiles::begin() {
    const json made = api_.ask("POST", "/v1/image-stagings", json::object());
    staging_ = made.at("id").get<std::string>();
    folder_ = made.at("dir").get<std::string>();
    return staging_;
}

void ImageFiles::take_root(const fs::path& vm_folder) {
    banger::Job& job = log_.job();
    const fs::path rootfs = folder_ / "rootfs.ext4";
    std::error_code code;
    stage_("merging");
    if (fs::exists(vm_folder / "overlay.ext4", code)) {
        std::vector<std::string> words{"flatten",
                                       "--base",
                                       (vm_folder / "base.ext4").string(),
                                       "--overlay",
                                       (vm_folder / "overlay.ext4").string(),
                                       "--out",
                                       rootfs.string()};
        for (const std::string& path : own_paths()) {
            words.insert(words.end(), {"--drop", path});
        }
        (void)run_tool(job, tool_, std::move(words));
    } else { // a VM with a private root
        copy(vm_folder / "root.ext4", rootfs);
    }
    stage_("compacting");
    const json compacted = compact(rootfs, "bgr-base", own_paths(), shared_files());
    facts_["content_bytes"] = compacted.value("content_bytes", std::uint64_t{0});
    stage_("package list");
    const json seen = run_tool(job, tool_, {"inspect", "--fs", rootfs.string()});
    std::vector<std::string> lines;
    const json packages = seen.value("packages", json::array());
    for (const json& package : packages) {
        lines.push_back(package.value("name", "") + " " + package.value("version", ""));
    }
    std::sort(lines.begin(), lines.end());
    packages_ = lines.size();
    std::ofstream list(folder_ / "packages.txt");
    for (const std::string& line : lines) {
        list << line << '\n';
    }
    list.close();
    if (!list) {
        throw Error(BANGER_E_UNAVAILABLE, "write " + (folder_ / "packages.txt").string(),
                    "is there room left on that disk?");
    }
}

void ImageFiles::take_work(const fs::path& vm_folder) {
    stage_("work seed");
    const fs::path seed = folder_ / "work-seed.ext4";
    copy(vm_folder / "work.ext4", seed);
    (void)compact(seed, "bgr-work", {}, {"/.ssh/authorized_keys"});
}

/// As small as it can be, without what belongs to the VM that it comes from.
json ImageFiles::compact(const fs::path& disk, const char* label,
                         const std::vector<std::string>& drops,
                         const std::vector<std::string>& blocks) {
    std::vector<std::string> words{"compact",  "--fs",    disk.string(), "--margin-mib",
                                   margin_mib, "--label", label};
    for (const std::string& path : drops) {
        words.insert(words.end(), {"--drop", path});
    }
    for (const std::string& path : blocks) {
        words.insert(words.end(), {"--block", path});
    }
    return run_tool(log_.job(), tool_, std::move(words));
}

void ImageFiles::take_boot_files(const fs::path& kernel, const fs::path& initrd,
                                 const fs::path& modules, const fs::path& elf) {
    if (kernel.empty() && initrd.empty() && modules.empty()) {
        return;
    }
    stage_("kernel");
    if (!kernel.empty()) {
        copy(kernel, folder_ / "vmlinuz");
        if (!elf.empty() || is_elf(kernel)) {
            copy(elf.empty() ? kernel : elf, folder_ / "vmlinux");
        }
    }
    if (!initrd.empty()) {
        copy(initrd, folder_ / "initramfs.img");
    }
    if (!modules.empty()) {
        const std::string ours = (folder_ / "modules").string();
        program({"cp", "-R", "-H", "--preserve=mode,timestamps,links", "--reflink=auto", "--",
                 modules.string(), ours},
                "copy " + modules.string());
        // `build` and `source` lead to headers on the machine that built them.
        program({"find", ours, "-type", "l", "-delete"}, "leave the links out of " + ours);
        if (const std::string version = only_version(modules); !version.empty()) {
            facts_["kernel_version"] = version;
        }
    }
}

void ImageFiles::inherit_boot_files(const std::string& image) {
    const json images = api_.ask("GET", "/v1/images").value("images", json::array());
    const json* const base = image_of(images, image);
    const auto bundle = std::find_if(images.begin(), images.end(), [](const json& one) {
        return one.value("kind", "") == "bundle";
    });
    if (base == nullptr || base->value("kind", "") == "bundle") {
        return;
    }
    const auto own = [&](const char* key) {
        const std::string path = text_in(*base, key);
        return bundle != images.end() && text_in(*bundle, key) == path ? "" : path;
    };
    take_boot_files(own("kernel"), own("initrd"), own("modules"), own("kernel_elf"));
    if (const std::string version = text_in(*base, "kernel_version");
        !own("kernel").empty() && !version.empty()) {
        facts_["kernel_version"] = version;
    }
}

json ImageFiles::finish(const std::string& name, bool replace, json facts) {
    stage_("registering");
    facts.update(facts_);
    json image = api_.ask(
        "POST", "/v1/images",
        {{"name", name}, {"staging", staging_}, {"replace", replace}, {"image", std::move(facts)}});
    return {{"image", name},
            {"size_bytes", image.value("size_bytes", json())},
            {"content_bytes", facts_.value("content_bytes", json())},
            {"packages", packages_}};
}

void ImageFiles::copy(const fs::path& from, const fs::path& to) {
    program({"cp", "--reflink=auto", "--sparse=always", "--", from.string(), to.string()},
            "copy " + from.string());
}

void ImageFiles::program(const std::vector<std::string>& words, const std::string& what) {
    const std::vector<std::string_view> views(words.begin(), words.end());
    const banger_exec_result& end = exec_.run(log_.job().call, views);
    if (end.code != 0 || end.signal != 0) {
        std::string why(banger::view(end.err).substr(0, 500));
        std::replace(why.begin(), why.end(), '\n', ' ');
        throw Error(BANGER_E_UNAVAILABLE, what + ": " + why, "is there room left on that disk?");
    }
}

} // namespace imagebuild
