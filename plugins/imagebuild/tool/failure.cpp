#include "failure.hpp"

#include <cerrno>
#include <cstring>

namespace image_tool {

const char* to_string(FailureKind kind) noexcept {
    switch (kind) {
    case FailureKind::invalid:
        return "invalid";
    case FailureKind::not_found:
        return "not_found";
    case FailureKind::conflict:
        return "conflict";
    case FailureKind::unavailable:
        return "unavailable";
    case FailureKind::cancelled:
        return "cancelled";
    case FailureKind::internal:
        break;
    }
    return "internal";
}

Failure system_failure(const std::string& what, int code) {
    const std::string message = what + ": " + std::strerror(code);
    switch (code) {
    case ENOENT:
    case ENOTDIR:
        return {FailureKind::not_found, message};
    case EISDIR:
    case EINVAL:
        return {FailureKind::invalid, message};
    case EEXIST:
        return {FailureKind::conflict, message};
    case ENOSPC:
    case EDQUOT:
        return {FailureKind::unavailable, message,
                "free some space on that file system and try again"};
    case ENOMEM:
        return {FailureKind::unavailable, message, "free some memory and try again"};
    case EACCES:
    case EPERM:
    case EROFS:
        return {FailureKind::unavailable, message, "look at the owner and mode of that file"};
    default:
        return {FailureKind::internal, message};
    }
}

Failure system_failure(const std::string& what) {
    return system_failure(what, errno);
}

} // namespace image_tool
