#include "image/boot_files.hpp"

#include "image/file_key.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "os/random.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

namespace banger::image {
namespace fs = std::filesystem;
using nlohmann::json;
using os::Error;
using os::ErrorKind;

namespace {

constexpr const char* record_name = "boot.json";
constexpr std::string_view unfinished = ".part";

/// A file of an image and its name in a VM's folder.
struct Part {
    const char* name;
    fs::path Image::*path;
};

constexpr std::array<Part, 4> parts{{{BootFiles::base_name, &Image::rootfs},
                                     {"kernel", &Image::kernel},
                                     {"kernel.elf", &Image::kernel_elf},
                                     {"initramfs.img", &Image::initramfs}}};

struct stat look(const fs::path& path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) {
        throw os::errno_error("look at " + path.string());
    }
    return info;
}

json record_of(const fs::path& source, const fs::path& target) {
    const struct stat info = look(target);
    // Whole seconds: a backup that is put back keeps no more.
    return {{"source", source.string()}, {"size", info.st_size}, {"mtime", info.st_mtim.tv_sec}};
}

void check(const fs::path& file, const json& record) {
    const std::string source = record.at("source").get<std::string>();
    struct stat info {};
    const bool there = ::stat(file.c_str(), &info) == 0;
    if (!there || info.st_size != record.at("size").get<off_t>() ||
        info.st_mtim.tv_sec != record.at("mtime").get<time_t>()) {
        throw Error(ErrorKind::unavailable,
                    file.string() + " (" + source + " when the VM was made) " +
                        (there ? "was changed in place since" : "is missing"),
                    "a VM's disks fit only the base it was made with: put that file back, or make "
                    "the VM anew");
    }
}

bool usable(const fs::path& path) {
    return path.empty() || ::access(path.c_str(), R_OK) == 0;
}

} // namespace

void BootFiles::keep(const Image& image, DiskMode mode, const fs::path& vm_dir) const {
    json files = json::object();
    try {
        for (const Part& part : parts) {
            const fs::path& source = image.*part.path;
            if (source.empty() || (part.path == &Image::rootfs && mode == DiskMode::copy)) {
                continue;
            }
            link(source, vm_dir / part.name);
            files[part.name] = record_of(source, vm_dir / part.name);
        }
        const json record = {{"version", 1},
                             {"image", image.name},
                             {"kernel_version", image.kernel_version},
                             {"files", std::move(files)}};
        os::write_file_atomic(vm_dir / record_name, record.dump(2) + "\n");
    } catch (...) {
        for (const Part& part : parts) {
            ::unlink((vm_dir / part.name).c_str());
        }
        throw;
    }
}

Image BootFiles::of_vm(const fs::path& vm_dir, DiskMode mode,
                       const std::optional<Image>& current) const {
    std::error_code code;
    if (current && !fs::exists(vm_dir / record_name, code)) {
        check_files(*current);
        keep(*current, mode, vm_dir);
    }
    return at_next_start(vm_dir, current);
}

Image BootFiles::at_next_start(const fs::path& vm_dir, const std::optional<Image>& current) const {
    const auto text = os::find_file(vm_dir / record_name);
    if (!text) {
        if (!current) {
            throw Error(ErrorKind::unavailable, "the VM's image is not there any more");
        }
        return *current;
    }
    Image image;
    try {
        const json record = json::parse(*text);
        image.name = record.at("image").get<std::string>();
        image.kernel_version = record.at("kernel_version").get<std::string>();
        const bool fits = current && !image.kernel_version.empty() &&
                          image.kernel_version == current->kernel_version &&
                          usable(current->kernel) && usable(current->initramfs) &&
                          usable(current->kernel_elf);
        for (const Part& part : parts) {
            if (fits && part.path != &Image::rootfs) {
                image.*part.path = (*current).*part.path;
            } else if (record.at("files").contains(part.name)) {
                image.*part.path = vm_dir / part.name;
                check(image.*part.path, record["files"][part.name]);
            }
        }
        if (fits || (current && is_of(image.kernel, current->kernel))) {
            image.modules = current->modules;
        }
    } catch (const json::exception& error) {
        throw Error(ErrorKind::internal, (vm_dir / record_name).string() + ": " + error.what());
    }
    return image;
}

bool BootFiles::is_current(const fs::path& vm_dir, const Image& current) const {
    std::error_code code;
    const fs::path base = vm_dir / base_name;
    return !fs::exists(base, code) || // a private copy, or a VM that takes what is there
           is_of(base, current.rootfs);
}

/// Whether what a VM keeps is a link to that file, or to the copy of it.
bool BootFiles::is_of(const fs::path& kept, const fs::path& source) const {
    std::error_code code;
    return fs::equivalent(kept, source, code) ||
           (fs::exists(source, code) && fs::equivalent(kept, copies_ / file_key(source), code));
}

void BootFiles::link(const fs::path& source, const fs::path& target) const {
    constexpr int tries = 3;
    if (::linkat(AT_FDCWD, source.c_str(), AT_FDCWD, target.c_str(), AT_SYMLINK_FOLLOW) == 0) {
        return;
    }
    for (int i = 0; i < tries; ++i) {
        if (::link(copy_of(source).c_str(), target.c_str()) == 0) {
            return;
        }
        if (errno != ENOENT) { // else it was collected this very moment
            break;
        }
    }
    throw os::errno_error("keep " + source.string() + " as " + target.string());
}

fs::path BootFiles::copy_of(const fs::path& source) const {
    const std::string key = file_key(source);
    fs::path copy = copies_ / key;
    std::error_code code;
    if (fs::exists(copy, code)) {
        return copy;
    }
    os::make_private_dir(copies_);
    const fs::path part = copies_ / (key + "-" + os::random_hex(4) + std::string(unfinished));
    os::clone_file(source, part, 0400);
    if (file_key(source) != key || ::rename(part.c_str(), copy.c_str()) != 0) {
        const int cause = errno;
        ::unlink(part.c_str());
        if (file_key(source) != key) {
            throw Error(ErrorKind::conflict, source.string() + " is being replaced",
                        "try again in a moment");
        }
        throw os::errno_error("rename to " + copy.string(), cause);
    }
    return copy;
}

void BootFiles::collect(const std::vector<Image>& images) const {
    constexpr auto abandoned = std::chrono::hours(24);
    std::vector<std::string> wanted;
    for (const Image& image : images) {
        for (const Part& part : parts) {
            try {
                wanted.push_back(file_key(image.*part.path));
            } catch (const Error&) { // NOLINT(bugprone-empty-catch): it has none, or it is gone
            }
        }
    }
    std::error_code code;
    for (const auto& entry : fs::directory_iterator(copies_, code)) {
        const std::string name = entry.path().filename();
        const bool in_work =
            name.ends_with(unfinished) &&
            entry.last_write_time(code) > fs::file_time_type::clock::now() - abandoned;
        if (!in_work && entry.hard_link_count(code) == 1 &&
            std::find(wanted.begin(), wanted.end(), name) == wanted.end()) {
            fs::remove(entry.path(), code);
        }
    }
}

} // namespace banger::image
