#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace banger::os {

/// What went wrong, in the terms a caller decides by. The API maps each to one HTTP status.
enum class ErrorKind {
    invalid,     ///< the request itself is wrong
    not_found,   ///< the named thing does not exist
    conflict,    ///< it exists already, or is in a state that forbids the request
    busy,        ///< another operation holds it
    unsupported, ///< this machine or this VM cannot do that
    unavailable, ///< something needed is missing or not running
    permission,  ///< the rights for it are missing
    exhausted,   ///< disk, memory, addresses, descriptors
    timeout,
    cancelled,
    internal,
};

[[nodiscard]] std::string_view to_string(ErrorKind kind) noexcept;
[[nodiscard]] ErrorKind
error_kind(std::string_view name) noexcept; ///< unknown names read as internal

/// The one exception of banger: kind, a message that names the thing and the cause, and the next
/// step.
class Error : public std::runtime_error {
  public:
    Error(ErrorKind kind, const std::string& message, std::string hint = {});

    [[nodiscard]] ErrorKind kind() const noexcept { return kind_; }
    [[nodiscard]] const std::string& hint() const noexcept { return hint_; }
    /// Free text that belongs to the error, one line each (the guest's last console lines, say).
    [[nodiscard]] const std::vector<std::string>& details() const noexcept { return details_; }

    /// The same error with "context: " in front of the message.
    [[nodiscard]] Error with_context(std::string_view context) const;
    [[nodiscard]] Error with_details(std::vector<std::string> lines) const;

  private:
    ErrorKind kind_;
    std::string hint_;
    std::vector<std::string> details_;
};

/// errno (or `code`) as an Error whose kind follows the number: ENOSPC is exhausted, EACCES
/// permission.
[[nodiscard]] Error errno_error(std::string_view what);
[[nodiscard]] Error errno_error(std::string_view what, int code);

/// Any exception as an Error, for the few places that catch everything.
[[nodiscard]] Error current_error();

} // namespace banger::os
