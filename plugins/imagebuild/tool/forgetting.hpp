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

/// Whether such a text differs from what it was in nothing but what the guest's init wrote: its
/// block, and the lines of every machine where there was no /etc/hosts. Pure.
[[nodiscard]] bool only_init_wrote(std::string_view now, std::string_view before);

} // namespace image_tool
