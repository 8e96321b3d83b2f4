#pragma once

#include "report.hpp"

namespace image_tool {

/// The content of one file into another one that is empty: shared where the file system can, else
/// copied with its holes. The names are for messages.
void copy_sparse(int from, const std::string& name, int to, const std::string& to_name,
                 Report* report);

/// Makes holes of the pages of zeros in a file. Nothing where the file system has no holes.
void dig_holes(int fd, const std::string& name);

/// One hole; false where the file system has none.
[[nodiscard]] bool punch(int fd, std::uint64_t offset, std::uint64_t length);

} // namespace image_tool
