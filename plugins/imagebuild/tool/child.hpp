#pragma once

#include <string>
#include <vector>

namespace image_tool {

struct ChildEnd {
    int status = 0;     ///< its exit status; 128 and the signal that ended it
    std::string output; ///< of both streams, the last 64 KiB
};

/// Runs a program to its end, without input and in the C locale. A stop that is asked for kills it
/// and throws, and so does half an hour of its life: no file system makes it last forever. It ends
/// with this process. Throws Failure (unavailable) where the program is not there.
[[nodiscard]] ChildEnd run_child(const std::vector<std::string>& command,
                                 const std::string& package);

} // namespace image_tool
