#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace web {

/// As a shell reads it back, whatever is in it.
[[nodiscard]] std::string shell_word(std::string_view text);
/// "banger vm create --name testbox": to be shown, never to be run here.
[[nodiscard]] std::string shell_line(const std::vector<std::string>& words);

} // namespace web
