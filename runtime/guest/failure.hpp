#pragma once

#include <cerrno>
#include <string>
#include <system_error>

namespace banger::guest {

/// Throws std::system_error for the current errno, saying what was tried.
[[noreturn]] inline void fail_errno(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

} // namespace banger::guest
