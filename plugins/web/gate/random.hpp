#pragma once

#include <cstddef>
#include <string>

namespace web {

/// That many bytes which nobody can guess. Throws std::runtime_error: there are none.
[[nodiscard]] std::string random_bytes(std::size_t count);

} // namespace web
