#pragma once

#include "unique_fd.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace image_tool::archive {

/// A file that appears at its place when it is whole: until then it has no name, so that nothing is
/// left whatever ends this process. Where the file system cannot do that it is PATH.XXXXXX.part.
class OutputFile {
  public:
    /// Throws Failure(conflict) when it is there, unless it is to be replaced.
    OutputFile(std::filesystem::path path, bool replace);
    OutputFile(const OutputFile&) = delete;
    OutputFile& operator=(const OutputFile&) = delete;
    ~OutputFile();

    void write(std::string_view bytes);
    void place();

  private:
    void name_it(const std::filesystem::path& path) const;

    std::filesystem::path path_;
    bool replace_;
    UniqueFd fd_;
    std::string part_; ///< its name meanwhile; empty: none
};

} // namespace image_tool::archive
