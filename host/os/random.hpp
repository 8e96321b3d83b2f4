#pragma once

#include <cstddef>
#include <string>

namespace banger::os {

// Random bytes of the kernel (getrandom(2)) as text.
[[nodiscard]] std::string random_hex(std::size_t bytes); ///< lower case
[[nodiscard]] std::string random_base64(std::size_t bytes);

} // namespace banger::os
