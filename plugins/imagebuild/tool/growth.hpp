#pragma once

#include "source_tree.hpp"

#include <string>

namespace image_tool {

/// Makes the file system in a file larger where what a survey found does not fit.
void grow_for(const std::string& path, const std::string& name, const Survey& found);

} // namespace image_tool
