#pragma once

#include <filesystem>
#include <string_view>

namespace banger::os {

/// A folder below the temporary folder that is removed with its content.
class TemporaryDir {
  public:
    explicit TemporaryDir(std::string_view prefix = "banger");
    TemporaryDir(TemporaryDir&& other) noexcept;
    TemporaryDir& operator=(TemporaryDir&&) = delete;
    ~TemporaryDir();
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

  private:
    std::filesystem::path path_;
};

} // namespace banger::os
