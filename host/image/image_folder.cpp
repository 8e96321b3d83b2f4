#include "image/image_folder.hpp"

#include "image/ext4.hpp"
#include "image/image.hpp"
#include "os/error.hpp"
#include "os/file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

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

constexpr const char* image_json_name = "image.json";
constexpr const char* modules_name = "modules";
constexpr int image_json_version = 1;

/// A file that an image may have, and where a record names it.
struct Member {
    const char* name;
    std::string store::ImageRow::*field; ///< null: no record has it
    bool ext4;
};

constexpr std::array<Member, 6> members{{{"rootfs.ext4", &store::ImageRow::rootfs, true},
                                         {"work-seed.ext4", &store::ImageRow::work_seed, true},
                                         {"vmlinuz", &store::ImageRow::kernel, false},
                                         {"vmlinux", &store::ImageRow::kernel_elf, false},
                                         {"initramfs.img", &store::ImageRow::initrd, false},
                                         {packages_file, nullptr, false}}};

struct stat look_at(const fs::path& path) {
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0) {
        throw os::errno_error("look at " + path.string());
    }
    return info;
}

std::int64_t occupied(const struct stat& info) {
    return static_cast<std::int64_t>(info.st_blocks) * 512;
}

/// Of the modules: files and folders only, all of them counted.
std::int64_t stock_of_modules(const fs::path& dir) {
    std::int64_t bytes = 0;
    for (const auto& entry : fs::recursive_directory_iterator(dir)) {
        const struct stat info = look_at(entry.path());
        if (!S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode)) {
            throw Error(ErrorKind::invalid, entry.path().string() + " is no file and no folder",
                        "an image's modules are files in folders: leave out links");
        }
        bytes += occupied(info);
    }
    return bytes;
}

std::int64_t lines_of(const fs::path& file) {
    const std::string text = os::read_file(file, 16U << 20U);
    return std::count(text.begin(), text.end(), '\n') +
           (text.empty() || text.back() == '\n' ? 0 : 1);
}

void stock_of_file(const fs::path& path, const Member& member, store::ImageRow& row) {
    const struct stat info = look_at(path);
    if (!S_ISREG(info.st_mode)) {
        throw Error(ErrorKind::invalid, path.string() + " is no regular file");
    }
    if (member.ext4 && !is_ext4(path)) {
        throw Error(ErrorKind::invalid, path.string() + " is no ext4 file system");
    }
    if (member.field != nullptr) {
        row.*member.field = member.name;
    }
    row.disk_bytes += occupied(info);
}

void to_disk(const fs::path& path) {
    const os::UniqueFd fd = os::open_file(path, O_RDONLY | O_NOFOLLOW);
    if (::fsync(fd.get()) != 0) {
        throw os::errno_error("sync " + path.string());
    }
}

json file_list(const fs::path& dir) {
    json files = json::array();
    for (const Member& member : members) {
        std::error_code code;
        if (fs::exists(dir / member.name, code)) {
            files.push_back({{"name", member.name}, {"size", fs::file_size(dir / member.name)}});
        }
    }
    return files;
}

void check_sizes(const fs::path& dir, const json& files) {
    for (const json& file : files) {
        const std::string name = file.at("name").get<std::string>();
        if (std::none_of(members.begin(), members.end(),
                         [&](const Member& member) { return name == member.name; })) {
            throw Error(ErrorKind::invalid,
                        dir.string() + ": an image has no file '" + name.substr(0, 80) + "'");
        }
        std::error_code code;
        const auto size = fs::file_size(dir / name, code);
        if (code || size != file.at("size").get<std::uintmax_t>()) {
            throw Error(ErrorKind::invalid,
                        (dir / name).string() + (code ? " is missing" : " has another size"));
        }
    }
}

} // namespace

void require_sole_names(const fs::path& dir) {
    for (const auto& entry : fs::directory_iterator(dir)) {
        const struct stat info = look_at(entry.path());
        if (S_ISREG(info.st_mode) && info.st_nlink != 1) {
            throw Error(ErrorKind::invalid,
                        entry.path().string() + " has another name (a hard link)",
                        "copy it: what is written under that name would change all its VMs");
        }
    }
}

void take_stock(const fs::path& dir, store::ImageRow& row) {
    row.disk_bytes = 0;
    for (const auto& entry : fs::directory_iterator(dir)) {
        const std::string name = entry.path().filename();
        const auto* const member = std::find_if(
            members.begin(), members.end(), [&](const Member& each) { return name == each.name; });
        if (member != members.end()) {
            stock_of_file(entry.path(), *member, row);
        } else if (name == modules_name && S_ISDIR(look_at(entry.path()).st_mode)) {
            row.modules = modules_name;
            row.disk_bytes += stock_of_modules(entry.path());
        } else if (name != image_json_name || !S_ISREG(look_at(entry.path()).st_mode)) {
            throw Error(ErrorKind::invalid, entry.path().string() + " is no part of an image",
                        "there may be: rootfs.ext4, work-seed.ext4, vmlinuz, vmlinux, "
                        "initramfs.img, packages.txt, modules/");
        }
    }
    if (row.rootfs.empty()) {
        throw Error(ErrorKind::invalid, dir.string() + " has no rootfs.ext4");
    }
    row.size = static_cast<std::int64_t>(fs::file_size(dir / row.rootfs));
    if (row.content_bytes <= 0) {
        row.content_bytes =
            static_cast<std::int64_t>(ext4_used_bytes(dir / row.rootfs).value_or(0));
    }
    std::error_code code;
    row.packages = fs::exists(dir / packages_file, code) ? lines_of(dir / packages_file) : 0;
    if (row.kernel.empty()) { // the same in another form, which not every VMM boots
        row.kernel = row.kernel_elf;
    }
}

void seal(const fs::path& dir, const store::ImageRow& row) {
    for (const Member& member : members) {
        const fs::path path = dir / member.name;
        std::error_code code;
        if (fs::exists(path, code)) {
            to_disk(path);
        }
    }
    if (!row.modules.empty()) { // thousands of files: one after the other they take a minute
        const os::UniqueFd fd = os::open_file(dir / row.modules, O_RDONLY | O_DIRECTORY);
        if (::syncfs(fd.get()) != 0) {
            throw os::errno_error("sync " + (dir / row.modules).string());
        }
    }
    const json document = {{"version", image_json_version},
                           {"name", row.name},
                           {"created_at_ms", row.created_at},
                           {"base", row.made_from},
                           {"source", row.source},
                           {"recipe", row.recipe},
                           {"note", row.note},
                           {"kernel_version", row.kernel_version},
                           {"content_bytes", row.content_bytes},
                           {"files", file_list(dir)}};
    try {
        os::write_file_atomic(dir / image_json_name, document.dump(2) + "\n");
    } catch (const json::exception& cause) {
        throw Error(ErrorKind::invalid, std::string("image record: ") + cause.what());
    }
    to_disk(dir);
}

store::ImageRow read_image_json(const fs::path& dir) {
    const fs::path file = dir / image_json_name;
    const std::string text = os::read_file(file, 1U << 20U);
    store::ImageRow row;
    try {
        const json document = json::parse(text);
        if (document.at("version").get<int>() != image_json_version) {
            throw Error(ErrorKind::invalid, file.string() + " is of another banger's version");
        }
        row.name = document.at("name").get<std::string>();
        row.kind = store::ImageKind::managed;
        row.folder = dir.filename();
        row.created_at = document.at("created_at_ms").get<std::int64_t>();
        row.made_from = document.value("base", "");
        row.source = document.value("source", store::ImageSource::unknown);
        row.recipe = document.value("recipe", "");
        row.note = document.value("note", "");
        row.kernel_version = document.value("kernel_version", "");
        row.content_bytes = document.value("content_bytes", std::int64_t{0});
        check_sizes(dir, document.at("files"));
    } catch (const json::exception& error) {
        throw Error(ErrorKind::invalid, file.string() + " is damaged: " + error.what());
    }
    check_image_name(row.name);
    take_stock(dir, row);
    return row;
}

void drop_image_json(const fs::path& dir) {
    const fs::path file = dir / image_json_name;
    if (::unlink(file.c_str()) != 0 && errno != ENOENT) {
        throw os::errno_error("remove " + file.string());
    }
}

void make_read_only(const fs::path& dir) {
    for (const Member& member : members) {
        const fs::path path = dir / member.name;
        if (::chmod(path.c_str(), 0400) != 0 && errno != ENOENT) {
            throw os::errno_error("chmod " + path.string());
        }
    }
}

} // namespace banger::image
