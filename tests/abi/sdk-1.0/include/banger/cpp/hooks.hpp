#pragma once

#include "../actions.h"
#include "../footprint.h"
#include "../guest_services.h"
#include "../options.h"
#include "../readiness.h"
#include "signature.hpp"

/// Which hooks and properties a plugin class has, and a sealed C function for each hook. A public
/// member of the right name is all it takes; one with a wrong signature does not compile, and says
/// what the right one is.
namespace banger {
inline namespace sdk_1_0 {
namespace detail {

template <class>
struct MethodClass;
template <class C, class M>
struct MethodClass<M C::*> {
    using type = C;
};

template <auto Method>
banger_status run_action(void* self, banger_call* raw, banger_str args) noexcept {
    using T = typename MethodClass<decltype(Method)>::type;
    return seal(raw, [&] {
        Call call(raw);
        return (static_cast<T*>(self)->*Method)(call, view(args));
    });
}

template <class T, auto Method, class... Args>
banger_status hook(void* self, banger_call* raw, Args... args) noexcept {
    return seal(raw, [&] {
        Call call(raw);
        return invoke(static_cast<T*>(self), Method, call, cpp(args)...);
    });
}
/// Of a method that gives a file descriptor, which the caller owns.
template <class T, auto Method, class... Args>
std::int32_t stream_hook(void* self, banger_call* raw, Args... args) noexcept {
    std::int32_t fd = -1;
    const banger_status status = seal(raw, [&] {
        Call call(raw);
        fd = invoke(static_cast<T*>(self), Method, call, cpp(args)...);
    });
    return status < 0 ? status : fd;
}
template <class T, auto Method>
void void_hook(void* self, banger_call* raw) noexcept {
    seal(raw, [&] {
        Call call(raw);
        (static_cast<T*>(self)->*Method)(call);
    });
}

// NOLINTBEGIN(bugprone-macro-parentheses): the arguments are names and types
#define BANGER_SDK_DETECT(member)                                                                  \
    template <class T, class = void>                                                               \
    struct Has_##member : std::false_type {};                                                      \
    template <class T>                                                                             \
    struct Has_##member<T, std::void_t<decltype(&T::member)>> : std::true_type {};

#define BANGER_SDK_HOOK(member, type, thunk, signature)                                            \
    BANGER_SDK_DETECT(member)                                                                      \
    template <class T>                                                                             \
    constexpr type member##_slot() {                                                               \
        if constexpr (Has_##member<T>::value) {                                                    \
            constexpr bool fits = Signature<type>::template fits<T, decltype(&T::member)>();       \
            static_assert(fits, "the plugin's hook is not as it has to be: " signature);           \
            if constexpr (fits) {                                                                  \
                return &thunk<T, &T::member>;                                                      \
            }                                                                                      \
        }                                                                                          \
        return nullptr;                                                                            \
    }

#define BANGER_SDK_PROPERTY(member, type, fallback)                                                \
    BANGER_SDK_DETECT(member)                                                                      \
    template <class T>                                                                             \
    constexpr type member##_of() {                                                                 \
        if constexpr (Has_##member<T>::value) {                                                    \
            return T::member;                                                                      \
        } else {                                                                                   \
            return fallback;                                                                       \
        }                                                                                          \
    }

#define BANGER_SDK_LIST(member)                                                                    \
    BANGER_SDK_DETECT(member)                                                                      \
    template <class T>                                                                             \
    struct member##_list {                                                                         \
        static constexpr const auto& get() { return T::member; }                                   \
    };

// NOLINTEND(bugprone-macro-parentheses)

using Init = banger_status (*)(void*, banger_call*);
using Contribute = banger_status (*)(void*, banger_call*, const banger_vm*, banger_gcb*);
using VmText = banger_status (*)(void*, banger_call*, const banger_vm*, banger_str);
using UndoHook = banger_status (*)(void*, banger_call*, const banger_vm*, std::uint32_t,
                                   std::uint32_t);
using Changed = banger_status (*)(void*, banger_call*, const banger_vm*, banger_str, banger_str);
using ChangeUndo = banger_status (*)(void*, banger_call*, const banger_vm*, banger_str, banger_str,
                                     std::uint32_t);
using Text = banger_status (*)(void*, banger_call*, banger_str);
using VmTexts = banger_status (*)(void*, banger_call*, const banger_vm*, banger_str, banger_str);
using OpenStream = std::int32_t (*)(void*, banger_call*, const banger_vm*, banger_str);
using Stop = void (*)(void*, banger_call*);

// The texts of wrong signatures.
#define BANGER_SDK_CALL(member) "void or banger_status " #member "(banger::Call&)"
#define BANGER_SDK_VM(member, more)                                                                \
    "void or banger_status " #member "(banger::Call&, const banger::Vm&" more ")"
#define BANGER_SDK_TEXT(member) "void or banger_status " #member "(banger::Call&, std::string_view)"
#define BANGER_SDK_VM_HOOK(member)                                                                 \
    BANGER_SDK_HOOK(member, banger_vm_hook, hook, BANGER_SDK_VM(member, ""))

BANGER_SDK_HOOK(init, Init, hook, BANGER_SDK_CALL(init))
BANGER_SDK_HOOK(contribute, Contribute, hook, BANGER_SDK_VM(contribute, ", banger::GuestConfig&"))
BANGER_SDK_HOOK(validate, VmText, hook, BANGER_SDK_VM(validate, ", std::string_view"))
BANGER_SDK_VM_HOOK(before_create)
BANGER_SDK_VM_HOOK(after_create)
BANGER_SDK_VM_HOOK(before_start)
BANGER_SDK_VM_HOOK(after_start)
BANGER_SDK_VM_HOOK(on_ready)
BANGER_SDK_VM_HOOK(before_stop)
BANGER_SDK_VM_HOOK(after_stop)
BANGER_SDK_VM_HOOK(before_delete)
BANGER_SDK_VM_HOOK(after_delete)
BANGER_SDK_VM_HOOK(reconcile)
BANGER_SDK_HOOK(undo, UndoHook, hook, BANGER_SDK_VM(undo, ", std::uint32_t, std::uint32_t"))
BANGER_SDK_HOOK(on_start, Init, hook, BANGER_SDK_CALL(on_start))
BANGER_SDK_HOOK(on_stop, Stop, void_hook, BANGER_SDK_CALL(on_stop))
BANGER_SDK_HOOK(reconcile_all, Init, hook, BANGER_SDK_CALL(reconcile_all))
BANGER_SDK_HOOK(leave, Init, hook, BANGER_SDK_CALL(leave))
BANGER_SDK_VM_HOOK(wait)
BANGER_SDK_HOOK(power, VmTexts, hook, BANGER_SDK_VM(power, ", std::string_view, std::string_view"))
BANGER_SDK_HOOK(exec, OpenStream, stream_hook,
                "int exec(banger::Call&, const banger::Vm&, std::string_view)")
BANGER_SDK_VM_HOOK(list)
BANGER_SDK_HOOK(list_all, Init, hook, BANGER_SDK_CALL(list_all))
BANGER_SDK_HOOK(release, Text, hook, BANGER_SDK_TEXT(release))
BANGER_SDK_HOOK(validate_options, Text, hook, BANGER_SDK_TEXT(validate_options))
BANGER_SDK_HOOK(options_available, VmText, hook,
                BANGER_SDK_VM(options_available, ", std::string_view"))
BANGER_SDK_HOOK(option_changed, Changed, hook,
                BANGER_SDK_VM(option_changed, ", std::string_view, std::string_view"))
BANGER_SDK_HOOK(option_undo, ChangeUndo, hook,
                BANGER_SDK_VM(option_undo, ", std::string_view, std::string_view, std::uint32_t"))

BANGER_SDK_PROPERTY(vendor, const char*, nullptr)
BANGER_SDK_PROPERTY(license, const char*, nullptr)
BANGER_SDK_PROPERTY(url, const char*, nullptr)
BANGER_SDK_PROPERTY(summary, const char*, nullptr)
BANGER_SDK_PROPERTY(config_schema, const char*, nullptr)
BANGER_SDK_PROPERTY(config_version, std::uint32_t, 0)
BANGER_SDK_PROPERTY(hook_timeout_ms, std::uint32_t, 0)
BANGER_SDK_PROPERTY(min_minor, std::uint32_t, 0)
BANGER_SDK_PROPERTY(concurrent, bool, false)
BANGER_SDK_PROPERTY(gives_network, bool, false)
BANGER_SDK_PROPERTY(requires_ext, const char* const*, nullptr)
BANGER_SDK_PROPERTY(requires_plugins, const char* const*, nullptr)
BANGER_SDK_PROPERTY(after, const char* const*, nullptr)
BANGER_SDK_PROPERTY(before, const char* const*, nullptr)
BANGER_SDK_PROPERTY(stage, const char*, nullptr)
BANGER_SDK_PROPERTY(stage_summary, const char*, nullptr)
BANGER_SDK_PROPERTY(stage_flags, std::uint32_t, 0)

BANGER_SDK_LIST(options)
BANGER_SDK_LIST(cli)
BANGER_SDK_LIST(doctor)
BANGER_SDK_LIST(rpc)
BANGER_SDK_LIST(status)
BANGER_SDK_LIST(web_panel)

#undef BANGER_SDK_DETECT
#undef BANGER_SDK_CALL
#undef BANGER_SDK_HOOK
#undef BANGER_SDK_TEXT
#undef BANGER_SDK_VM
#undef BANGER_SDK_VM_HOOK
#undef BANGER_SDK_PROPERTY
#undef BANGER_SDK_LIST

} // namespace detail
} // namespace sdk_1_0
} // namespace banger
