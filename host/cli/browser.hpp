#pragma once

#include <string>

namespace banger::cli {

/// Shows the address in the user's browser. False: there is no display, no xdg-open, or the address
/// is none of this machine's: only such are opened on the word of a plugin.
[[nodiscard]] bool show_in_browser(const std::string& url);

} // namespace banger::cli
