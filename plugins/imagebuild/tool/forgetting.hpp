#pragma once

#include "file_system.hpp"

#include <string>
#include <string_view>

namespace image_tool {

/// Removes what is at a path; a folder there stays, empty. Where there is nothing, nothing is done.
void forget(FileSystem& fs, const std::string& path);

/// Takes out of a text what the guest's init writes into a file that is also the user's: from
/// "# banger: begin" to "# banger: end" (runtime/guest/managed_block.cpp). Pure.
[[nodiscard]] std::string without_block(std::string_view text);
/// The same of a file. What is no file, or too long for one that people write, is left alone.
void forget_block(FileSystem& fs, const std::string& path);

} // namespace image_tool
