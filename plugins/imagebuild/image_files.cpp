#include "image_files.hpp"

#include "kernel_file.hpp"
#include "seal.hpp"
#include "tool_run.hpp"

#include <algorithm>
#include <fstream>
#include <vector>

namespace imagebuild {
namespace {

namespace fs = std::filesystem;
using banger::Error;
using nlohmann::json;

constexpr const char* margin_mib = "64"; ///< free in a file system that is made small

} // namespace

std::vector<StagePlan::Stage> ImageFiles::stages() {
    return {{"merging", 8},   {"compacting", 8}, {"package list", 1},
            {"work seed", 3}, {"kernel", 2},     {"registering", 4}};
}

std::string ImageFiles::begin() {
    const json made = api_.ask("POST", "/v1/image-stagings", json::object());
    staging_ = made.at("id").get<std::string>();
    folder_ = made.at("dir").get<std::string>();
    return staging_;
}

void ImageFiles::take_root(const fs::path& vm_folder, const std::vector<std::string>& left_out) {
    banger::Job& job = log_.job();
    std::vector<std::string> drops = own_paths();
    drops.insert(drops.end(), left_out.begin(), left_out.end());
    const fs::path rootfs = folder_ / "rootfs.ext4";
    std::error_code code;
    stages_.begin("merging");
    if (fs::exists(vm_folder / "overlay.ext4", code)) {
        std::vector<std::string> words{"flatten",
                                       "--base",
                                       (vm_folder / "base.ext4").string(),
                                       "--overlay",
                                       (vm_folder / "overlay.ext4").string(),
                                       "--out",
                                       rootfs.string()};
        for (const std::string& path : drops) {
            words.insert(words.end(), {"--drop", path});
        }
        (void)run_tool(job, tool_, std::move(words));
    } else { // a VM with a private root
        copy(vm_folder / "root.ext4", rootfs);
    }
    stages_.begin("compacting");
    const json compacted = compact(rootfs, "bgr-base", drops, shared_files());
    facts_["content_bytes"] = compacted.value("content_bytes", std::uint64_t{0});
    stages_.begin("package list");
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
    stages_.begin("work seed");
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

void ImageFiles::take_boot_files(const BootSet& files) {
    if (files.kernel.empty() && files.initrd.empty() && files.modules.empty()) {
        return;
    }
    stages_.begin("kernel");
    if (!files.kernel.empty()) {
        copy(files.kernel, folder_ / "vmlinuz");
        if (!files.elf.empty() || is_elf(files.kernel)) {
            copy(files.elf.empty() ? files.kernel : files.elf, folder_ / "vmlinux");
        }
    }
    if (!files.initrd.empty()) {
        copy(files.initrd, folder_ / "initramfs.img");
    }
    if (!files.modules.empty()) {
        const std::string ours = (folder_ / "modules").string();
        program({"cp", "-R", "-H", "--preserve=mode,timestamps,links", "--reflink=auto", "--",
                 files.modules.string(), ours},
                "copy " + files.modules.string());
        // `build` and `source` lead to headers on the machine that built them.
        program({"find", ours, "-type", "l", "-delete"}, "leave the links out of " + ours);
    }
    if (!files.version.empty()) {
        facts_["kernel_version"] = files.version;
    }
}

json ImageFiles::finish(const std::string& name, bool replace, json facts) {
    stages_.begin("registering");
    facts.update(facts_);
    json image = api_.ask(
        "POST", "/v1/images",
        {{"name", name}, {"staging", staging_}, {"replace", replace}, {"image", std::move(facts)}});
    return {{"image", name},
            {"size_bytes", image.value("size_bytes", json())},
            {"content_bytes", facts_.value("content_bytes", json())},
            {"packages", packages_},
            {"next", "banger vm create --image " + name}};
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
