#pragma once

#include "file_system.hpp"

#include <cstdint>
#include <string>

namespace image_tool {

/// The programs of e2fsprogs on a file. Each throws Failure with what the program said.

/// Checks and repairs all of it, until there is nothing left to repair.
void repair(const std::string& path, const std::string& name);
/// The same, and directories are packed and get their index.
void repair_and_pack(const std::string& path, const std::string& name);
void resize(const std::string& path, const std::string& name, std::uint64_t blocks);
/// The least that it can be made, in blocks.
[[nodiscard]] std::uint64_t least_blocks(const std::string& path, const std::string& name);
void make_work_file_system(const std::string& path, std::uint64_t size_mib);

/// Open for reading. One whose journal holds changes yet is read from a private copy that has them;
/// the file itself is never written.
[[nodiscard]] FileSystem open_replayed(const std::string& path, const std::string& name);

} // namespace image_tool
