#pragma once

#include <string>
#include <string_view>

namespace banger::guest {

/// Puts `lines` between two marker comments in `text`, replacing what stood there before.
/// Everything outside the markers belongs to the user and stays; empty `lines` removes the block.
[[nodiscard]] std::string replace_block(std::string_view text, std::string_view lines);

} // namespace banger::guest
