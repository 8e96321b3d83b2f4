#pragma once

#include "../actions.h"
#include "../footprint.h"
#include "../guest_services.h"
#include "../options.h"
#include "../readiness.h"
#include "guest_config.hpp"

/// Which hooks and properties a plugin class has, and a sealed C function for each hook. A public
/// member of the right name is all it takes; one with a wrong signature does not compile.
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

// How the C arguments of each kind of hook become those of the method.
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

#define BANGER_SDK_HOOK(member, type, thunk)                                                       \
    BANGER_SDK_DETECT(member)                                                                      \
    template <class T>                                                                             \
    constexpr type member##_slot() {                                                               \
        if constexpr (Has_##member<T>::value) {                                                    \
            return &thunk<T, &T::member>;                                                          \
        } else {                                                                                   \
            return nullptr;                                                                        \
        }                                                                                          \
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

BANGER_SDK_HOOK(init, Init, hook)
BANGER_SDK_HOOK(contribute, Contribute, hook)
BANGER_SDK_HOOK(validate, VmText, hook)
BANGER_SDK_HOOK(before_create, banger_vm_hook, hook)
BANGER_SDK_HOOK(after_create, banger_vm_hook, hook)
BANGER_SDK_HOOK(before_start, banger_vm_hook, hook)
BANGER_SDK_HOOK(after_start, banger_vm_hook, hook)
BANGER_SDK_HOOK(on_ready, banger_vm_hook, hook)
BANGER_SDK_HOOK(before_stop, banger_vm_hook, hook)
BANGER_SDK_HOOK(after_stop, banger_vm_hook, hook)
BANGER_SDK_HOOK(before_delete, banger_vm_hook, hook)
BANGER_SDK_HOOK(after_delete, banger_vm_hook, hook)
BANGER_SDK_HOOK(reconcile, banger_vm_hook, hook)
BANGER_SDK_HOOK(undo, UndoHook, hook)
BANGER_SDK_HOOK(on_start, Init, hook)
BANGER_SDK_HOOK(on_stop, Stop, void_hook)
BANGER_SDK_HOOK(reconcile_all, Init, hook)
BANGER_SDK_HOOK(leave, Init, hook)
BANGER_SDK_HOOK(wait, banger_vm_hook, hook)
BANGER_SDK_HOOK(power, VmTexts, hook)
BANGER_SDK_HOOK(exec, OpenStream, stream_hook)
BANGER_SDK_HOOK(list, banger_vm_hook, hook)
BANGER_SDK_HOOK(list_all, Init, hook)
BANGER_SDK_HOOK(release, Text, hook)
BANGER_SDK_HOOK(validate_options, Text, hook)
BANGER_SDK_HOOK(options_available, VmText, hook)
BANGER_SDK_HOOK(option_changed, Changed, hook)
BANGER_SDK_HOOK(option_undo, ChangeUndo, hook)

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
#undef BANGER_SDK_HOOK
#undef BANGER_SDK_PROPERTY
#undef BANGER_SDK_LIST

} // namespace detail
} // namespace sdk_1_0
} // namespace banger
