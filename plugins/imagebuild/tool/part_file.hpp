#pragma once

#include "unique_fd.hpp"

#include <string>

namespace image_tool {

/// An output while it is made: NAME.part, which goes with this object unless it got its name.
class PartFile {
  public:
    /// Another one's NAME.part is not touched: conflict.
    explicit PartFile(std::string name);
    PartFile(const PartFile&) = delete;
    PartFile& operator=(const PartFile&) = delete;
    ~PartFile();

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] int fd() const { return fd_.get(); }
    /// On disk, then under its name; the name is free or a file that is replaced.
    void keep();

  private:
    std::string name_, path_;
    UniqueFd fd_;
    bool kept_ = false;
};

} // namespace image_tool
