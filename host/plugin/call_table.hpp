#pragma once

#include <cstdint>
#include <memory>

#include <banger/abi.h>

/// The pointers by which plugins name their calls: numbers that are never given twice, so that one
/// that is used too late, however late, leads to no other call and to no memory. One table for the
/// process, because a host function may be given nothing but this pointer. Any thread.
namespace banger::plugin {

class Call;
class Plugin;

/// Sets and gives call.handle.
banger_call* enter_call(const std::shared_ptr<Call>& call);
/// Its handle leads to nothing from now on.
void forget_call(banger_call* handle) noexcept;
/// Null when the handle is forgotten, or none.
[[nodiscard]] std::shared_ptr<Call> find_call(banger_call* handle) noexcept;

/// The plugin that got this handle, also when it is forgotten; null when nobody did.
[[nodiscard]] Plugin* owner_of(banger_call* handle) noexcept;
/// A number for the handles of a plugin, for good.
[[nodiscard]] std::uint16_t enter_plugin(Plugin& plugin);
/// One that ends although it had no call: others stay, see Plugin::retire().
void leave_plugin(std::uint16_t number) noexcept;

} // namespace banger::plugin
