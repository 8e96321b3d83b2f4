#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace banger::bundle {

/// SHA-256 of bytes that come piece by piece.
class Sha256 {
  public:
    Sha256();
    ~Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;

    void update(std::string_view bytes);
    /// 64 lower-case hex digits; the object is used up.
    [[nodiscard]] std::string hex();

  private:
    struct Free {
        void operator()(void* context) const noexcept;
    };
    std::unique_ptr<void, Free> context_;
};

/// Reads the whole file, a megabyte at a time. Throws when it cannot.
void for_each_piece(const std::filesystem::path& path,
                    const std::function<void(std::string_view)>& take);

[[nodiscard]] std::string sha256(std::string_view bytes);
/// Reads the whole file (holes of a sparse file count as the zeros that they are).
[[nodiscard]] std::string sha256_file(const std::filesystem::path& path);
/// Is it 64 hex digits?
[[nodiscard]] bool is_sha256(std::string_view text) noexcept;

} // namespace banger::bundle
