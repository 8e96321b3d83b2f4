#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace web {

/// The log of a VM's console as the supervisor keeps it: PATH, and what was before that as PATH.1.
/// Only plain files are read, and none is waited for.
class ConsoleFile {
  public:
    explicit ConsoleFile(std::filesystem::path path) : path_(std::move(path)) {}

    /// Where somebody has read up to: the file's number, and an offset in it.
    struct Mark {
        std::uint64_t file = 0, offset = 0;
    };
    struct Piece {
        std::string bytes;
        Mark next;          ///< read on from there
        bool again = false; ///< what is between the mark and this is gone
    };

    /// At most so many bytes from the mark on; file 0: of the newer file. Nothing while there is no
    /// log.
    [[nodiscard]] std::optional<Piece> read(Mark from, std::size_t most) const;
    /// The end of both, at most so many bytes, from the begin of a line on; its mark is the end.
    [[nodiscard]] std::optional<Piece> tail(std::size_t most) const;

  private:
    std::filesystem::path path_;
};

} // namespace web
