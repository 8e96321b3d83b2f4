#include "archive_source.hpp"

#include "archive_digest.hpp"
#include "archive_limits.hpp"
#include "archive_manifest.hpp"
#include "archive_names.hpp"
#include "failure.hpp"
#include "file_bytes.hpp"

#include <algorithm>
#include <cerrno>
#include <map>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace image_tool::archive {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t piece_size = std::uint64_t{1} << 20U;
/// Shorter runs of zeros are kept: they compress to nothing, and each gap makes the map longer.
constexpr std::uint64_t shortest_gap = std::uint64_t{1} << 16U;

} // namespace

SourceFile::SourceFile(std::string name, const fs::path& path)
    : name_(std::move(name)), path_(path) {
    if (::stat(path_.c_str(), &seen_) != 0) {
        throw system_failure("open " + path_.string());
    }
    if (!S_ISREG(seen_.st_mode)) {
        throw Failure(FailureKind::invalid, path_.string() + " is not a file");
    }
    size_ = static_cast<std::uint64_t>(seen_.st_size);
}

UniqueFd SourceFile::open() const {
    UniqueFd fd(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    if (fd.get() < 0) {
        throw system_failure("open " + path_.string());
    }
    return fd;
}

/// Not by the time of its inode: VMs link to images at any time.
void SourceFile::check_same(const UniqueFd& fd) const {
    struct stat now {};
    if (::fstat(fd.get(), &now) != 0) {
        throw system_failure("look at " + path_.string());
    }
    if (now.st_dev != seen_.st_dev || now.st_ino != seen_.st_ino || now.st_size != seen_.st_size ||
        now.st_mtim.tv_sec != seen_.st_mtim.tv_sec ||
        now.st_mtim.tv_nsec != seen_.st_mtim.tv_nsec) {
        throw Failure(FailureKind::conflict, path_.string() + " was changed meanwhile",
                      "stop what writes to it and try again");
    }
}

void SourceFile::each_piece(const Each& each) const {
    const UniqueFd fd = open();
    check_same(fd);
    std::string buffer(static_cast<std::size_t>(std::min(piece_size, size_)), '\0');
    std::uint64_t at = 0;
    Stretch content{0, 0};
    while (at < size_) {
        if (at >= content.end) {
            content = next_stretch(fd.get(), at, size_, path_.string());
        }
        if (at < content.begin) {
            const std::uint64_t gap =
                std::min<std::uint64_t>(content.begin - at, some_zeros().size());
            each(some_zeros().substr(0, static_cast<std::size_t>(gap)));
            at += gap;
            continue;
        }
        const auto wanted = static_cast<std::size_t>(std::min(content.end - at, piece_size));
        const ssize_t n = ::pread(fd.get(), buffer.data(), wanted, static_cast<off_t>(at));
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            throw system_failure("read " + path_.string());
        }
        if (n == 0) {
            throw Failure(FailureKind::conflict, path_.string() + " became shorter meanwhile",
                          "stop what writes to it and try again");
        }
        each(std::string_view(buffer).substr(0, static_cast<std::size_t>(n)));
        at += static_cast<std::uint64_t>(n);
    }
    check_same(fd);
}

void SourceFile::note(std::uint64_t offset, std::string_view bytes) {
    while (!bytes.empty()) {
        const std::uint64_t room = block_size - offset % block_size;
        const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(room, bytes.size()));
        if (!all_zeros(bytes.substr(0, size))) {
            const std::uint64_t block = offset / block_size * block_size;
            const std::uint64_t end = std::min(block + block_size, size_);
            const std::uint64_t last =
                parts_.empty() ? 0 : parts_.back().offset + parts_.back().size;
            if (parts_.empty() || last < end) { // else a piece of a block that is counted
                disk_bytes_ += block_size;
            }
            if (!parts_.empty() && block < last + shortest_gap) {
                parts_.back().size = std::max(last, end) - parts_.back().offset;
            } else {
                parts_.push_back({block, end - block});
            }
        }
        offset += size;
        bytes.remove_prefix(size);
    }
}

std::string SourceFile::measure(const Each& each) {
    Sha256 digest;
    std::uint64_t at = 0;
    parts_.clear();
    disk_bytes_ = 0;
    each_piece([&](std::string_view bytes) {
        digest.update(bytes);
        note(at, bytes);
        at += bytes.size();
        each(bytes);
    });
    return digest.hex();
}

void SourceFile::read(const Each& each) const {
    each_piece(each);
}

std::vector<SourceFile> module_files(const fs::path& folder, ModuleCount count) {
    std::map<std::string, fs::path> found;
    std::error_code code;
    fs::recursive_directory_iterator entry(folder, code);
    for (const fs::recursive_directory_iterator end; !code && entry != end; entry.increment(code)) {
        const std::string name =
            std::string(modules_name) + "/" + entry->path().lexically_relative(folder).string();
        const fs::file_status status = entry->symlink_status(code);
        if (status.type() == fs::file_type::symlink) {
            continue;
        }
        if ((status.type() != fs::file_type::regular &&
             status.type() != fs::file_type::directory) ||
            !is_module_path(name)) {
            throw Failure(FailureKind::invalid,
                          shown(entry->path().string()) + " cannot be in an archive",
                          "modules are files and folders, with names of letters, digits and "
                          "._+-=,@~: of at most " +
                              std::to_string(longest_word) + " characters, at most " +
                              std::to_string(deepest_path) + " deep and " +
                              std::to_string(longest_path) + " characters in all");
        }
        if (status.type() == fs::file_type::regular) {
            found.emplace(name, entry->path());
            if (const std::string why = count.add(name); !why.empty()) {
                throw Failure(FailureKind::invalid, folder.string() + " has " + why,
                              "no import would take them: give the image the modules of one "
                              "kernel");
            }
        }
    }
    if (code) {
        throw system_failure("read " + folder.string(), code.value());
    }
    std::vector<SourceFile> files;
    for (const auto& [name, path] : found) {
        files.emplace_back(name, path);
    }
    return files;
}

} // namespace image_tool::archive
