#pragma once

#include <string>
#include <string_view>

namespace web {

/// The 32 bytes that tokens of forms are made with (csrf.hpp): state_dir/csrf-secret, made with the
/// mode 0600 where it is not there. What others could have read or written, or is no such file, is
/// made anew. Throws banger::Error when it cannot be written.
[[nodiscard]] std::string load_secret(std::string_view state_dir);

} // namespace web
