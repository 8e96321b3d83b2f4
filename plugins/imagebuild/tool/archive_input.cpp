#include "archive_input.hpp"

#include "archive_digest.hpp"
#include "archive_names.hpp"
#include "failure.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>
#include <unistd.h>

namespace image_tool::archive {
namespace {

constexpr std::uint64_t tar_block = 512;
constexpr std::uint64_t end_blocks = 2 * tar_block;             ///< zeros that end a tar file
constexpr std::uint64_t most_padding = std::uint64_t{1} << 20U; ///< and may follow these

const char* const corrupt_hint = "the file is damaged or is no image: export or copy it again";

} // namespace

void ArchiveInput::Free::operator()(::archive* handle) const noexcept {
    ::archive_read_free(handle);
}

ArchiveInput::ArchiveInput(int fd, std::string name)
    : fd_(fd), name_(std::move(name)), packed_(::archive_read_new()), tar_(::archive_read_new()) {
    if (!packed_ || !tar_) {
        throw Failure(FailureKind::unavailable, "out of memory");
    }
    // None of them by a program, which ARCHIVE_WARN would mean.
    if (::archive_read_support_filter_zstd(packed_.get()) != ARCHIVE_OK ||
        ::archive_read_support_filter_gzip(packed_.get()) != ARCHIVE_OK ||
        ::archive_read_support_filter_xz(packed_.get()) != ARCHIVE_OK) {
        throw Failure(FailureKind::unavailable, "libarchive lacks zstd, gzip or xz",
                      "install your distribution's own libarchive");
    }
    ::archive_read_support_format_raw(packed_.get());
    ::archive_read_support_format_tar(tar_.get());
    archive_entry* entry = nullptr;
    if (::archive_read_open_fd(packed_.get(), fd_, std::size_t{1} << 17U) != ARCHIVE_OK ||
        ::archive_read_next_header(packed_.get(), &entry) != ARCHIVE_OK) {
        damaged(packed_.get());
    }
    if (::archive_filter_count(packed_.get()) > 2) {
        refused("it is compressed more than once");
    }
    if (::archive_read_open(tar_.get(), this, nullptr, &ArchiveInput::read_more, nullptr) !=
        ARCHIVE_OK) {
        damaged(tar_.get());
    }
}

void ArchiveInput::refused(const std::string& why) {
    throw Failure(FailureKind::invalid, why, corrupt_hint);
}

void ArchiveInput::damaged(::archive* handle) const {
    if (thrown_) {
        std::rethrow_exception(thrown_);
    }
    const char* text = ::archive_error_string(handle);
    const int code = ::archive_errno(handle);
    if (code == EIO || code == ENOMEM || code == EISDIR) {
        throw system_failure("read " + name_, code);
    }
    refused("it cannot be read as an archive: " +
            shown(text != nullptr ? text : "it ends too early"));
}

/// What compression gives, piece by piece, for tar_; -1 when thrown_ has the reason.
long ArchiveInput::read_more(::archive*, void* self, const void** bytes) {
    auto& input = *static_cast<ArchiveInput*>(self);
    try {
        return input.more(bytes);
    } catch (...) { // no exception may pass through C
        input.thrown_ = std::current_exception();
        return -1;
    }
}

long ArchiveInput::more(const void** bytes) {
    for (;;) {
        std::size_t size = 0;
        la_int64_t offset = 0;
        const int status = ::archive_read_data_block(packed_.get(), bytes, &size, &offset);
        if (status == ARCHIVE_EOF) {
            return 0;
        }
        if (status != ARCHIVE_OK) {
            damaged(packed_.get());
        }
        if (size == 0) {
            continue;
        }
        const std::string_view block(static_cast<const char*>(*bytes), size);
        if (const std::size_t used = block.find_last_not_of('\0'); used != std::string_view::npos) {
            last_used_ = given_ + used + 1;
        }
        given_ += size;
        return static_cast<long>(size);
    }
}

std::optional<ArchiveInput::Member> ArchiveInput::next() {
    archive_entry* entry = nullptr;
    const int status = ::archive_read_next_header(tar_.get(), &entry);
    if (status == ARCHIVE_EOF) {
        finish();
        return std::nullopt;
    }
    // A warning is about an owner or attribute, which nobody here looks at.
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
        damaged(tar_.get());
    }
    const char* raw = ::archive_entry_pathname(entry);
    if (raw == nullptr) {
        refused("a member has no readable name");
    }
    std::string_view path = raw;
    const auto type = ::archive_entry_filetype(entry);
    if (::archive_entry_hardlink(entry) != nullptr || ::archive_entry_symlink(entry) != nullptr ||
        (type != AE_IFREG && type != AE_IFDIR)) {
        refused("'" + shown(path) + "' is neither a file nor a folder");
    }
    Member member;
    member.folder = type == AE_IFDIR;
    if (path.starts_with("./")) {
        path.remove_prefix(2);
    }
    while (member.folder && path.ends_with('/')) {
        path.remove_suffix(1);
    }
    member.path = path.empty() && member.folder ? "." : path;
    const la_int64_t size = ::archive_entry_size(entry);
    if (size < 0 || (member.folder && size != 0)) {
        refused("'" + shown(path) + "' has an impossible size");
    }
    member.size = static_cast<std::uint64_t>(size);
    return member;
}

bool ArchiveInput::data(std::string_view& bytes, std::uint64_t& offset) {
    const void* at = nullptr;
    std::size_t size = 0;
    la_int64_t place = 0;
    const int status = ::archive_read_data_block(tar_.get(), &at, &size, &place);
    if (status == ARCHIVE_EOF) {
        return false;
    }
    if (status != ARCHIVE_OK) {
        damaged(tar_.get());
    }
    if (place < 0) {
        refused("a sparse map leads outside of its file");
    }
    bytes = size == 0 ? std::string_view() : std::string_view(static_cast<const char*>(at), size);
    offset = static_cast<std::uint64_t>(place);
    return true;
}

/// tar_ has seen the end: it was one, and only zeros follow it, and nothing the compressed bytes.
void ArchiveInput::finish() {
    const auto end = static_cast<std::uint64_t>(::archive_filter_bytes(tar_.get(), 0));
    const void* bytes = nullptr;
    while (given_ <= end + most_padding && last_used_ <= end && more(&bytes) > 0) {
    }
    if (last_used_ > end || given_ > end + most_padding) {
        refused("something follows the end of the archive");
    }
    if (given_ % tar_block != 0 || given_ - last_used_ < end_blocks) {
        refused("it ends too early");
    }
    struct stat info {};
    if (::fstat(fd_, &info) != 0) {
        throw system_failure("read " + name_);
    }
    if (::archive_filter_bytes(packed_.get(), -1) != info.st_size) {
        refused("something follows the end of the compressed bytes");
    }
}

} // namespace image_tool::archive
