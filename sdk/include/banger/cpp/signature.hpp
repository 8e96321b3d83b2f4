#pragma once

#include "guest_config.hpp"

#include <type_traits>
#include <utility>

/// How the C arguments of each kind of hook become those of the method, and whether the method
/// takes them.
namespace banger {
inline namespace sdk_1_0 {
namespace detail {

inline std::string_view cpp(banger_str text) {
    return view(text);
}
inline Vm cpp(const banger_vm* vm) {
    return Vm(vm);
}
inline GuestConfig cpp(banger_gcb* builder) {
    return GuestConfig(builder);
}
inline std::uint32_t cpp(std::uint32_t number) {
    return number;
}

// A named parameter, so that a method may take it by reference.
template <class T, class M, class... Args>
auto invoke(T* self, M method, Call& call, Args... args) {
    return (self->*method)(call, args...);
}

/// By the type of the hook's slot in the C table.
template <class Slot>
struct Signature;
template <class R, class... Args>
struct Signature<R (*)(void*, banger_call*, Args...)> {
    template <class T, class M>
    static constexpr bool fits() {
        if constexpr (std::is_invocable_v<M, T*, Call&, decltype(cpp(std::declval<Args>()))&...>) {
            using Result =
                std::invoke_result_t<M, T*, Call&, decltype(cpp(std::declval<Args>()))&...>;
            return std::is_void_v<R> || std::is_void_v<Result> ||
                   (std::is_integral_v<Result> && !std::is_same_v<Result, bool>);
        } else {
            return false;
        }
    }
};

} // namespace detail
} // namespace sdk_1_0
} // namespace banger
