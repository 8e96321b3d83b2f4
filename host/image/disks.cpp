#include "image/disks.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/run.hpp"

#include <cerrno>
#include <functional>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace banger::image {
namespace fs = std::filesystem;
using os::Error;
using os::ErrorKind;

namespace {

void run_tool(const std::vector<std::string>& argv, const std::string& what) {
    os::Output output;
    try {
        output = os::run(argv, {.timeout = std::chrono::minutes(5)});
    } catch (const Error& error) {
        throw Error(ErrorKind::unavailable, what + ": " + error.what(),
                    "install the package e2fsprogs");
    }
    if (!output.status.ok()) {
        while (!output.err.empty() && output.err.back() == '\n') {
            output.err.pop_back();
        }
        const bool full = output.err.find("No space left") != std::string::npos;
        throw Error(full ? ErrorKind::exhausted : ErrorKind::internal,
                    what + ": " + argv[0] + ": " +
                        (output.err.empty() ? output.status.text() : output.err),
                    full ? "free some space on that file system and try again" : "");
    }
}

/// Builds beside the target and renames, so that two creates at once or a crash do no harm.
void make_template(const fs::path& target, const std::function<void(const fs::path&)>& build) {
    std::error_code code;
    if (fs::exists(target, code)) {
        return;
    }
    os::make_private_dir(target.parent_path());
    std::string pattern = target.string() + ".XXXXXX";
    const os::UniqueFd fd(::mkostemp(pattern.data(), O_CLOEXEC));
    if (!fd) {
        throw os::errno_error("create a file in " + target.parent_path().string());
    }
    try {
        build(pattern);
        if (::rename(pattern.c_str(), target.c_str()) != 0) {
            throw os::errno_error("rename to " + target.string());
        }
    } catch (...) {
        ::unlink(pattern.c_str());
        throw;
    }
}

void resize(const fs::path& path, std::uint64_t mib) {
    if (::truncate(path.c_str(), static_cast<off_t>(mib << 20U)) != 0) {
        throw os::errno_error("resize " + path.string());
    }
}

std::uint64_t mib_of(std::uint64_t bytes) {
    return (bytes + (1U << 20U) - 1) >> 20U;
}

std::uint64_t size_mib(const fs::path& path) {
    return mib_of(fs::file_size(path));
}

} // namespace

std::string_view to_string(DiskMode mode) noexcept {
    return mode == DiskMode::copy ? "copy" : "overlay";
}

DiskMode disk_mode(std::string_view name) {
    if (name == "overlay") {
        return DiskMode::overlay;
    }
    if (name == "copy") {
        return DiskMode::copy;
    }
    throw Error(ErrorKind::invalid, "unknown disk mode '" + std::string(name) + "'",
                "take overlay or copy");
}

fs::path Disks::overlay_template(std::uint64_t mib) const {
    fs::path target = templates_ / ("overlay-" + std::to_string(mib) + ".ext4");
    make_template(target, [&](const fs::path& path) {
        resize(path, mib);
        // Lazy tables keep the file a few megabytes; the guest's kernel zeroes the rest when idle.
        run_tool({"mke2fs", "-q", "-F", "-t", "ext4", "-L", "bgr-overlay", "-m", "0", "-E",
                  "lazy_itable_init=1,lazy_journal_init=1,nodiscard", path.string()},
                 "format an overlay disk of " + std::to_string(mib) + " MiB");
    });
    return target;
}

std::string Disks::work_template_prefix(const fs::path& seed) {
    struct stat info {};
    if (::stat(seed.c_str(), &info) != 0) {
        throw os::errno_error("look at the work seed " + seed.string());
    }
    return "work-" + std::to_string(info.st_ino) + "-" + std::to_string(info.st_mtim.tv_sec) + "." +
           std::to_string(info.st_mtim.tv_nsec) + "-";
}

fs::path Disks::work_template(const fs::path& seed, std::uint64_t mib) const {
    // A seed that was built again must not be served from the old template.
    fs::path target =
        templates_ / (work_template_prefix(seed) + std::to_string(mib) + std::string(".ext4"));
    make_template(target, [&](const fs::path& path) {
        const fs::path copy = path.string() + ".seed";
        os::clone_file(seed, copy);
        if (::rename(copy.c_str(), path.c_str()) != 0) {
            throw os::errno_error("rename to " + path.string());
        }
        if (mib > size_mib(path)) {
            resize(path, mib);
            run_tool({"resize2fs", "-f", path.string()},
                     "grow the work disk to " + std::to_string(mib) + " MiB");
        }
    });
    return target;
}

DiskSizes Disks::least(const Image& image, DiskMode mode) {
    return {.root_mib = mode == DiskMode::copy ? size_mib(image.rootfs) : 0,
            .work_mib = size_mib(image.work_seed)};
}

void Disks::check(const Image& image, DiskMode mode, const DiskSizes& sizes) {
    const auto [root_mib, seed_mib] = least(image, mode);
    if (sizes.work_mib < seed_mib) {
        throw Error(ErrorKind::invalid,
                    "a work disk of " + std::to_string(sizes.work_mib) +
                        " MiB is smaller than the image's " + std::to_string(seed_mib) + " MiB",
                    "take --work-disk " + std::to_string(seed_mib) + "M or more");
    }
    if (sizes.root_mib < root_mib) {
        throw Error(ErrorKind::invalid,
                    "a disk of " + std::to_string(sizes.root_mib) +
                        " MiB is smaller than the image's " + std::to_string(root_mib) + " MiB",
                    "take --disk " + std::to_string(root_mib) + "M or more");
    }
}

void Disks::make(const Image& image, DiskMode mode, const DiskSizes& sizes,
                 const fs::path& vm_dir) const {
    const fs::path root = vm_dir / (mode == DiskMode::copy ? "root.ext4" : "overlay.ext4");
    const fs::path work = vm_dir / "work.ext4";
    check(image, mode, sizes);
    try {
        if (mode == DiskMode::copy) {
            os::clone_file(image.rootfs, root);
            resize(root, sizes.root_mib); // the guest's init grows the file system when it boots
        } else {
            os::clone_file(overlay_template(sizes.root_mib), root);
        }
        os::clone_file(work_template(image.work_seed, sizes.work_mib), work);
    } catch (...) {
        ::unlink(root.c_str());
        ::unlink(work.c_str());
        throw;
    }
}

void Disks::grow(const fs::path& disk, std::uint64_t mib) {
    if (size_mib(disk) < mib) {
        resize(disk, mib);
    }
}

std::optional<std::uint64_t> Disks::size_of(const fs::path& disk) {
    std::error_code code;
    const std::uintmax_t bytes = fs::file_size(disk, code);
    return code ? std::nullopt : std::optional(mib_of(bytes));
}

} // namespace banger::image
