#pragma once

#include "vm/capabilities.hpp"

#include <cstdint>
#include <string_view>

#include <banger/vm.h>

namespace banger::plugin {

/// What each lifecycle hook is to the host.
struct HookTraits {
    vm::Hook hook{};
    banger_vm_hook banger_vm_lifecycle::*slot = nullptr;
    std::uint32_t number = 0; ///< BANGER_HOOK_*: it is journalled and undone; 0: it is not
    bool vetoes = false;      ///< a failure refuses the step
    bool reverse = false;     ///< last plugin first
    bool cleanup = false;     ///< gives back; also asked of a faulted plugin, and never cancelled
    bool releases_start = false, releases_create = false; ///< journal records, when it succeeds
};

[[nodiscard]] const HookTraits& traits_of(vm::Hook hook) noexcept;
/// The journalled hook of that name; null for others.
[[nodiscard]] const HookTraits* find_journalled(std::string_view name) noexcept;

} // namespace banger::plugin
