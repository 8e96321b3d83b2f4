#include "archive_folder.hpp"

#include "archive_limits.hpp"
#include "archive_names.hpp"
#include "failure.hpp"

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace image_tool::archive {
namespace {

namespace fs = std::filesystem;

constexpr const char* part_name = ".unpacking.part";

UniqueFd open_folder(const fs::path& path) {
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd.get() < 0) {
        throw system_failure("open " + path.string());
    }
    return fd;
}

Failure creation_failure(const fs::path& part, const std::string& path) {
    const int code = errno;
    return code == EEXIST || code == EISDIR || code == ENOTDIR
               ? Failure(FailureKind::invalid, "'" + shown(path) + "' is there twice",
                         "do not use this archive")
               : system_failure("write " + (part / path).string(), code);
}

UniqueFd make_part(const UniqueFd& folder, const fs::path& part) {
    if (::mkdirat(folder.get(), part_name, 0700) != 0) {
        if (errno == EEXIST) {
            throw Failure(FailureKind::conflict, part.string() + " is there already",
                          "another archive is being unpacked there; remove it if none is");
        }
        throw system_failure("make " + part.string());
    }
    return open_folder(part);
}

/// All of the disk at once: a thousand modules one by one would take a minute.
void sync_disk(const UniqueFd& folder, const fs::path& path) {
    if (::syncfs(folder.get()) != 0) {
        throw system_failure("write " + path.string());
    }
}

} // namespace

IncomingFolder::IncomingFolder(fs::path folder)
    : folder_(std::move(folder)), part_(folder_ / part_name), folder_fd_(open_folder(folder_)),
      part_fd_(make_part(folder_fd_, part_)) {}

IncomingFolder::~IncomingFolder() {
    std::error_code ignored; // who made the folder removes it with all that is in it
    fs::remove_all(part_, ignored);
}

void IncomingFolder::make_folders(const std::string& path) {
    for (const std::string& parent : folders_above(path)) {
        if (!folders_.insert(parent).second) {
            continue;
        }
        if (folders_.size() > most_module_folders) {
            throw Failure(FailureKind::invalid,
                          "the archive has more than " + std::to_string(most_module_folders) +
                              " folders",
                          "do not use this archive");
        }
        if (::mkdirat(part_fd_.get(), parent.c_str(), 0755) != 0) {
            throw creation_failure(part_, parent);
        }
    }
}

UniqueFd IncomingFolder::create(const std::string& path) {
    make_folders(path);
    UniqueFd fd(::openat(part_fd_.get(), path.c_str(),
                         O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
    if (fd.get() < 0) {
        throw creation_failure(part_, path);
    }
    tops_.insert(path.substr(0, path.find('/')));
    return fd;
}

void IncomingFolder::place() {
    sync_disk(part_fd_, part_);
    std::vector<std::string> placed;
    for (const std::string& name : tops_) {
        if (::renameat2(part_fd_.get(), name.c_str(), folder_fd_.get(), name.c_str(),
                        RENAME_NOREPLACE) == 0) {
            placed.push_back(name);
            continue;
        }
        const int code = errno;
        for (const std::string& back : placed) {
            (void)::renameat(folder_fd_.get(), back.c_str(), part_fd_.get(), back.c_str());
        }
        throw system_failure("move to " + (folder_ / name).string(), code);
    }
    if (::fsync(folder_fd_.get()) != 0) {
        throw system_failure("write " + folder_.string());
    }
}

std::uint64_t IncomingFolder::free_bytes() const {
    struct statvfs info {};
    if (::fstatvfs(folder_fd_.get(), &info) != 0) {
        throw system_failure("look at the disk of " + folder_.string());
    }
    return std::uint64_t{info.f_bavail} * info.f_frsize;
}

} // namespace image_tool::archive
