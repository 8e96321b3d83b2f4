#pragma once

#include <array>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct archive;

namespace image_tool::archive {

/// A tar file, plain or compressed with zstd, gzip or xz, member by member. Anything but plain
/// files and folders throws Failure(invalid), as does all that is damaged or does not belong there.
class ArchiveInput {
  public:
    /// Reads `fd`, a regular file of that name, from its beginning; it stays the caller's.
    ArchiveInput(int fd, std::string name);
    ArchiveInput(const ArchiveInput&) = delete;
    ArchiveInput& operator=(const ArchiveInput&) = delete;

    struct Member {
        std::string path; ///< without "./" before it and slashes behind; never empty but for "."
        bool folder = false;
        std::uint64_t size = 0;
    };
    /// None at the end, when it has been seen that nothing follows.
    [[nodiscard]] std::optional<Member> next();
    /// The next piece of the member: where it belongs, what lies between is zeros. False at its
    /// end.
    [[nodiscard]] bool data(std::string_view& bytes, std::uint64_t& offset);

  private:
    struct Free {
        void operator()(::archive* handle) const noexcept;
    };
    using Handle = std::unique_ptr<::archive, Free>;

    [[noreturn]] void damaged(::archive* handle) const;
    [[noreturn]] static void refused(const std::string& why);
    long more(const void** bytes);
    void finish();
    static long read_more(::archive*, void* self, const void** bytes);

    int fd_;
    std::string name_;
    Handle packed_; ///< undoes the compression
    Handle tar_;    ///< reads what that gives
    std::exception_ptr thrown_;
    std::uint64_t given_ = 0;     ///< bytes that tar_ has had
    std::uint64_t last_used_ = 0; ///< where the last byte of them that is no zero ends
};

} // namespace image_tool::archive
