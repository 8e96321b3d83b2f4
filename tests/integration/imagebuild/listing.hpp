#pragma once

#include <string>
#include <vector>

namespace banger::test {

/// One line for each thing below a folder, with all that an image keeps of it, sorted by path.
/// "lost+found" of the root is left out.
[[nodiscard]] std::vector<std::string> listing(const std::string& root);

} // namespace banger::test
