#include "console_file.hpp"

#include <algorithm>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace web {
namespace {

/// A plain file that is open for reading, or none.
class LogFile {
  public:
    explicit LogFile(const std::filesystem::path& path)
        : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)) {
        struct stat info {};
        if (fd_ >= 0 && (::fstat(fd_, &info) != 0 || !S_ISREG(info.st_mode))) {
            ::close(std::exchange(fd_, -1));
        }
        number_ = info.st_ino;
        size_ = static_cast<std::uint64_t>(info.st_size);
    }
    LogFile(const LogFile&) = delete;
    LogFile& operator=(const LogFile&) = delete;
    ~LogFile() {
        if (fd_ >= 0) {
            ::close(fd_);
        }
    }

    [[nodiscard]] bool there() const { return fd_ >= 0; }
    [[nodiscard]] std::uint64_t number() const { return number_; }
    [[nodiscard]] std::uint64_t size() const { return there() ? size_ : 0; }
    [[nodiscard]] std::string read(std::uint64_t from, std::uint64_t most) const {
        std::string bytes(static_cast<std::size_t>(std::min(most, size() - std::min(from, size()))),
                          '\0');
        std::size_t got = 0;
        while (got < bytes.size()) {
            const ssize_t n = ::pread(fd_, bytes.data() + got, bytes.size() - got,
                                      static_cast<off_t>(from + got));
            if (n <= 0) {
                break; // it was cut meanwhile
            }
            got += static_cast<std::size_t>(n);
        }
        bytes.resize(got);
        return bytes;
    }

  private:
    int fd_;
    std::uint64_t number_ = 0, size_ = 0;
};

} // namespace

std::optional<ConsoleFile::Piece> ConsoleFile::read(Mark from, std::size_t most) const {
    const LogFile newer(path_);
    if (!newer.there()) {
        return std::nullopt;
    }
    Piece piece;
    if (from.file != 0 && from.file != newer.number()) {
        const LogFile older(path_.string() + ".1");
        if (older.there() && older.number() == from.file) {
            piece.bytes = older.read(from.offset, most);
            if (!piece.bytes.empty()) {
                piece.next = {older.number(), from.offset + piece.bytes.size()};
                return piece;
            }
        } else {
            piece.again = true;
        }
        from.offset = 0;
    } else if (from.offset > newer.size()) {
        piece.again = true;
        from.offset = 0;
    }
    piece.bytes = newer.read(from.offset, most);
    piece.next = {newer.number(), from.offset + piece.bytes.size()};
    return piece;
}

std::optional<ConsoleFile::Piece> ConsoleFile::tail(std::size_t most) const {
    const LogFile older(path_.string() + ".1");
    const LogFile newer(path_);
    if (!newer.there()) {
        return std::nullopt;
    }
    Piece piece;
    const std::uint64_t of_newer = std::min<std::uint64_t>(newer.size(), most);
    const std::uint64_t of_older = std::min<std::uint64_t>(older.size(), most - of_newer);
    if (of_older > 0 && older.number() != newer.number()) {
        piece.bytes = older.read(older.size() - of_older, of_older);
    }
    piece.bytes += newer.read(newer.size() - of_newer, of_newer);
    piece.next = {newer.number(), newer.size()};
    const bool cut = of_newer < newer.size() || of_older < older.size();
    const std::size_t line = cut ? piece.bytes.find('\n') : std::string::npos;
    piece.bytes.erase(0, line == std::string::npos ? 0 : line + 1);
    return piece;
}

} // namespace web
