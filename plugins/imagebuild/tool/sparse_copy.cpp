#include "sparse_copy.hpp"

#include "file_bytes.hpp"
#include "stop.hpp"

#include <algorithm>
#include <cerrno>
#include <vector>

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace image_tool {
namespace {

constexpr std::size_t copy_step = 4U << 20U;
constexpr std::size_t hole_step = 4096;

std::uint64_t size_of(int fd, const std::string& name) {
    struct stat info {};
    if (::fstat(fd, &info) != 0) {
        throw system_failure("look at " + name);
    }
    if (!S_ISREG(info.st_mode)) {
        throw Failure(FailureKind::invalid, name + " is no regular file");
    }
    return static_cast<std::uint64_t>(info.st_size);
}

void copy_stretch(int from, const std::string& name, int to, const std::string& to_name,
                  Stretch stretch, std::vector<char>& buffer) {
    while (stretch.begin < stretch.end) {
        const std::size_t step =
            std::min<std::uint64_t>(buffer.size(), stretch.end - stretch.begin);
        const ssize_t got = ::pread(from, buffer.data(), step, static_cast<off_t>(stretch.begin));
        if (got < 0 && errno == EINTR) {
            check_stop();
            continue;
        }
        if (got <= 0) {
            throw got < 0 ? system_failure("read " + name)
                          : Failure(FailureKind::unavailable, name + " became shorter meanwhile");
        }
        write_at(to, stretch.begin, {buffer.data(), static_cast<std::size_t>(got)}, to_name);
        stretch.begin += static_cast<std::uint64_t>(got);
        check_stop();
    }
}

} // namespace

void copy_sparse(int from, const std::string& name, int to, const std::string& to_name,
                 Report* report) {
    const std::uint64_t size = size_of(from, name);
    if (::ioctl(to, FICLONE, from) == 0) {
        return;
    }
    if (::ftruncate(to, static_cast<off_t>(size)) != 0) {
        throw system_failure("write " + to_name);
    }
    std::vector<char> buffer(copy_step);
    for (std::uint64_t at = 0; at < size;) {
        const Stretch data = next_stretch(from, at, size, name);
        for (std::uint64_t part = data.begin; part < data.end; part += copy_step) {
            copy_stretch(from, name, to, to_name,
                         {part, std::min<std::uint64_t>(data.end, part + copy_step)}, buffer);
            if (report != nullptr) {
                report->progress(part, size, "bytes");
            }
        }
        at = data.end;
    }
}

bool punch(int fd, std::uint64_t offset, std::uint64_t length) {
    return ::fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(offset),
                       static_cast<off_t>(length)) == 0;
}

void dig_holes(int fd, const std::string& name) {
    const std::uint64_t size = size_of(fd, name);
    std::vector<char> buffer(copy_step);
    for (std::uint64_t at = 0; at < size;) {
        check_stop();
        const Stretch data = next_stretch(fd, at, size, name);
        if (data.begin >= size) {
            return;
        }
        const std::uint64_t begin = data.begin / hole_step * hole_step;
        const std::size_t wanted = std::min<std::uint64_t>(buffer.size(), data.end - begin);
        const ssize_t got = ::pread(fd, buffer.data(), wanted, static_cast<off_t>(begin));
        if (got <= 0) {
            throw system_failure("read " + name);
        }
        const auto length = static_cast<std::size_t>(got);
        for (std::size_t page = 0; page < length;) {
            std::size_t end = page;
            while (end < length &&
                   all_zeros({buffer.data() + end, std::min(hole_step, length - end)})) {
                end = std::min(end + hole_step, length);
            }
            if (end > page && !punch(fd, begin + page, end - page)) {
                return;
            }
            page = std::max(end, page + hole_step);
        }
        at = begin + length;
    }
}

} // namespace image_tool
