#pragma once

namespace image_tool {

/// Takes away what the work on a hostile file does not need: memory without end, core dumps, and
/// programs that give more rights. Programs that are started inherit it.
void confine();

} // namespace image_tool
