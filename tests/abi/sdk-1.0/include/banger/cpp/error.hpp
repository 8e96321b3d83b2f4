#pragma once

#include "../abi.h"

#include <exception>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace banger {
inline namespace sdk_1_0 {

inline banger_str str(std::string_view text) noexcept {
    return {text.data(), text.size()};
}
inline std::string_view view(banger_str text) noexcept {
    return {text.ptr ? text.ptr : "", static_cast<std::size_t>(text.len)};
}

/// What a hook throws to fail: status, cause and the user's next step. An empty message keeps what
/// the host function that failed has recorded already.
class Error : public std::exception {
  public:
    explicit Error(banger_status code, std::string message = {}, std::string hint = {})
        : code_(code), message_(std::move(message)), hint_(std::move(hint)) {}
    [[nodiscard]] banger_status code() const noexcept { return code_; }
    [[nodiscard]] const std::string& hint() const noexcept { return hint_; }
    [[nodiscard]] const char* what() const noexcept override { return message_.c_str(); }

  private:
    banger_status code_;
    std::string message_, hint_;
};

/// This plugin's host; set before the plugin object is made.
inline const banger_host*& host_slot() noexcept {
    static const banger_host* slot = nullptr;
    return slot;
}

/// Runs f and turns whatever leaves it into a status: nothing crosses the C boundary.
template <class F>
banger_status seal(banger_call* call, F&& f) noexcept {
    const auto fail = [call](banger_status status, std::string_view message,
                             std::string_view hint = {}) noexcept {
        if (call != nullptr && host_slot() != nullptr) {
            host_slot()->call_fail(call, status, str(message), str(hint));
        }
        return status;
    };
    try {
        if constexpr (std::is_void_v<std::invoke_result_t<F>>) {
            std::forward<F>(f)();
            return BANGER_OK;
        } else {
            return std::forward<F>(f)();
        }
    } catch (const Error& error) {
        return fail(error.code(), error.what(), error.hint());
    } catch (const std::exception& error) {
        return fail(BANGER_E_EXCEPTION, error.what());
    } catch (...) {
        return fail(BANGER_E_EXCEPTION, "unknown exception");
    }
}

/// A negative status of a host function becomes an Error with the text that the host recorded.
inline banger_status checked(banger_status status) {
    if (status < 0) {
        throw Error(status);
    }
    return status;
}

/// The result of a host function, which lives until its call ends; a failure throws.
template <class Result>
const Result& succeeded(const Result* result) {
    if (result->status < 0) {
        throw Error(result->status, std::string(view(result->message)),
                    std::string(view(result->hint)));
    }
    return *result;
}
inline std::string_view value(const banger_result* result) {
    return view(succeeded(result).value);
}

} // namespace sdk_1_0
} // namespace banger
