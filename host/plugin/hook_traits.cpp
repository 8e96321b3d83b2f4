#include "plugin/hook_traits.hpp"

#include <algorithm>
#include <array>

namespace banger::plugin {
namespace {

using vm::Hook;
using L = banger_vm_lifecycle;

constexpr std::array<HookTraits, 10> table{{
    {.hook = Hook::before_create,
     .slot = &L::before_create,
     .number = BANGER_HOOK_BEFORE_CREATE,
     .vetoes = true},
    {.hook = Hook::after_create,
     .slot = &L::after_create,
     .number = BANGER_HOOK_AFTER_CREATE,
     .vetoes = true},
    {.hook = Hook::before_start,
     .slot = &L::before_start,
     .number = BANGER_HOOK_BEFORE_START,
     .vetoes = true},
    {.hook = Hook::after_start,
     .slot = &L::after_start,
     .number = BANGER_HOOK_AFTER_START,
     .vetoes = true},
    {.hook = Hook::on_ready, .slot = &L::on_ready},
    {.hook = Hook::before_stop, .slot = &L::before_stop, .vetoes = true, .reverse = true},
    {.hook = Hook::after_stop,
     .slot = &L::after_stop,
     .reverse = true,
     .cleanup = true,
     .releases_start = true},
    {.hook = Hook::before_delete, .slot = &L::before_delete, .vetoes = true, .reverse = true},
    {.hook = Hook::after_delete,
     .slot = &L::after_delete,
     .reverse = true,
     .cleanup = true,
     .releases_start = true,
     .releases_create = true},
    {.hook = Hook::reconcile, .slot = &L::reconcile, .cleanup = true},
}};

} // namespace

const HookTraits& traits_of(Hook hook) noexcept {
    return *std::find_if(table.begin(), table.end(),
                         [&](const HookTraits& traits) { return traits.hook == hook; });
}

const HookTraits* find_journalled(std::string_view name) noexcept {
    const auto* found = std::find_if(table.begin(), table.end(), [&](const HookTraits& traits) {
        return traits.number != 0 && vm::to_string(traits.hook) == name;
    });
    return found == table.end() ? nullptr : found;
}

} // namespace banger::plugin
