#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace banger::vm {

/// A VM's name is a host name label (RFC 1123): 1 to 63 of [a-z0-9-], no '-' at either end, and not
/// all digits. Throws Error(invalid) that says which rule `name` breaks.
void check_name(std::string_view name);

/// A free name such as "calm-otter".
[[nodiscard]] std::string make_name(const std::function<bool(const std::string&)>& taken);

} // namespace banger::vm
