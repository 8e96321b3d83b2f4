#include "os/error.hpp"

#include "os/enum_names.hpp"

#include <cerrno>
#include <new>
#include <system_error>
#include <utility>

namespace banger::os {
namespace {

constexpr auto kinds = enum_names<ErrorKind>({
    {ErrorKind::invalid, "invalid"},
    {ErrorKind::not_found, "not_found"},
    {ErrorKind::conflict, "conflict"},
    {ErrorKind::busy, "busy"},
    {ErrorKind::unsupported, "unsupported"},
    {ErrorKind::unavailable, "unavailable"},
    {ErrorKind::permission, "permission"},
    {ErrorKind::exhausted, "exhausted"},
    {ErrorKind::timeout, "timeout"},
    {ErrorKind::cancelled, "cancelled"},
    {ErrorKind::internal, "internal"},
});

ErrorKind kind_of(int code) noexcept {
    switch (code) {
    case ENOENT:
        return ErrorKind::not_found;
    case EEXIST:
    case EADDRINUSE:
        return ErrorKind::conflict;
    case EACCES:
    case EPERM:
    case EROFS:
        return ErrorKind::permission;
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case EFBIG:
        return ErrorKind::exhausted;
    case EBUSY:
    case EAGAIN:
        return ErrorKind::busy;
    case ETIMEDOUT:
        return ErrorKind::timeout;
    case ECANCELED:
        return ErrorKind::cancelled;
    case ECONNREFUSED:
    case ECONNRESET:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EPIPE:
        return ErrorKind::unavailable;
    case EOPNOTSUPP:
    case ENOSYS:
        return ErrorKind::unsupported;
    case EINVAL:
    case ENAMETOOLONG:
        return ErrorKind::invalid;
    default:
        return ErrorKind::internal;
    }
}

std::string hint_of(int code) {
    switch (code) {
    case ENOSPC:
    case EDQUOT:
        return "free some space on that file system and try again";
    case EROFS:
        return "the file system is read-only; remount it writable or choose another folder";
    default:
        return {};
    }
}

} // namespace

std::string_view to_string(ErrorKind kind) noexcept {
    return kinds.name(kind);
}

ErrorKind error_kind(std::string_view name) noexcept {
    return kinds.find(name).value_or(ErrorKind::internal);
}

Error::Error(ErrorKind kind, const std::string& message, std::string hint)
    : std::runtime_error(message), kind_(kind), hint_(std::move(hint)) {}

Error Error::with_context(std::string_view context) const {
    Error error(kind_, std::string(context) + ": " + what(), hint_);
    error.details_ = details_;
    return error;
}

Error Error::with_details(std::vector<std::string> lines) const {
    Error error(*this);
    error.details_ = std::move(lines);
    return error;
}

Error errno_error(std::string_view what) {
    return errno_error(what, errno);
}

Error errno_error(std::string_view what, int code) {
    return Error(kind_of(code), std::string(what) + ": " + std::generic_category().message(code),
                 hint_of(code));
}

Error current_error() {
    try {
        throw;
    } catch (const Error& error) {
        return error;
    } catch (const std::system_error& error) {
        return Error(kind_of(error.code().value()), error.what(), hint_of(error.code().value()));
    } catch (const std::bad_alloc&) {
        return Error(ErrorKind::exhausted, "out of memory");
    } catch (const std::exception& error) {
        return Error(ErrorKind::internal, error.what());
    } catch (...) {
        return Error(ErrorKind::internal, "unknown exception");
    }
}

} // namespace banger::os
