#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace image_tool::archive {

/// SHA-256 of bytes that come piece by piece.
class Sha256 {
  public:
    Sha256();
    void update(std::string_view bytes);
    void zeros(std::uint64_t count); ///< a hole of a sparse file
    /// 64 lower-case hex digits; the object is used up.
    [[nodiscard]] std::string hex();

  private:
    struct Free {
        void operator()(void* context) const noexcept;
    };
    std::unique_ptr<void, Free> context_;
};

} // namespace image_tool::archive
