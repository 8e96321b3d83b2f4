#include "archive_sink.hpp"

#include "archive_manifest.hpp"
#include "archive_names.hpp"
#include "failure.hpp"
#include "file_bytes.hpp"

#include <algorithm>
#include <utility>

#include <unistd.h>

namespace image_tool::archive {

FileSink::FileSink(int fd, std::string name, std::string path, std::uint64_t size,
                   DiskBudget& budget)
    : fd_(fd), name_(std::move(name)), path_(std::move(path)), size_(size), budget_(budget) {}

void FileSink::write(std::uint64_t offset, std::string_view bytes) {
    if (offset < position_ || offset > size_ || bytes.size() > size_ - offset) {
        throw Failure(FailureKind::invalid,
                      name_ + ": it has content outside of its " + shown_bytes(size_),
                      "do not use this archive");
    }
    digest_.zeros(offset - position_);
    digest_.update(bytes);
    position_ = offset + bytes.size();
    write_block(offset, bytes);
}

/// Leaves out the blocks that are zeros, and writes the others between them in one go.
void FileSink::write_block(std::uint64_t offset, std::string_view bytes) {
    std::size_t begin = 0; // of what is to be written
    std::size_t at = 0;
    while (at < bytes.size()) {
        const std::uint64_t here = offset + at;
        const std::uint64_t block_end = here / block_size * block_size + block_size;
        const auto size =
            static_cast<std::size_t>(std::min<std::uint64_t>(block_end - here, bytes.size() - at));
        if (all_zeros(bytes.substr(at, size))) {
            write_at(fd_, offset + begin, bytes.substr(begin, at - begin), path_);
            begin = at + size;
        } else if (counted_ < block_end) {
            if (budget_.left < block_size) {
                throw Failure(FailureKind::invalid, name_ + ": it has more content than declared",
                              "do not use this archive");
            }
            budget_.left -= block_size;
            counted_ = block_end;
        }
        at += size;
    }
    write_at(fd_, offset + begin, bytes.substr(begin), path_);
}

std::string FileSink::finish() {
    digest_.zeros(size_ - position_);
    position_ = size_;
    if (::ftruncate(fd_, static_cast<off_t>(size_)) != 0) {
        throw system_failure("write " + path_);
    }
    return digest_.hex();
}

} // namespace image_tool::archive
