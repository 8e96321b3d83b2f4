#pragma once

#include "refusal.hpp"

#include <cerrno>
#include <cstring>
#include <string>

namespace agent {

/// Throws for the current errno, saying what was tried with a file that the client named.
[[noreturn]] inline void refuse_file(const std::string& what) {
    const int code = errno;
    const bool missing = code == ENOENT || code == ENOTDIR;
    const bool wrong = code == EISDIR || code == ENAMETOOLONG || code == ELOOP || code == ENXIO;
    throw Refusal(missing ? Kind::not_found
                  : wrong ? Kind::invalid
                          : Kind::failed,
                  what + ": " + std::strerror(code));
}

/// Throws unless it is an absolute path.
inline void check_file_path(const std::string& path) {
    if (path.empty() || path[0] != '/' || path.back() == '/') {
        throw Refusal(Kind::invalid, "path must be the absolute path of a file");
    }
}

} // namespace agent
