#pragma once

#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace banger::privileged {

/// What `iptables-legacy -S` prints (iptables(8)), as chains and rules of libnftables-json(5):
/// interfaces and targets are told, any other condition is "xt". Lines that it does not know are
/// left out. Pure.
[[nodiscard]] nlohmann::json legacy_objects(std::string_view text);

} // namespace banger::privileged
