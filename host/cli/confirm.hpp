#pragma once

#include <string>

namespace banger::cli {

/// Asks "QUESTION [y/N]" on the terminal; anything but a yes is a no.
[[nodiscard]] bool confirm(const std::string& question);

} // namespace banger::cli
