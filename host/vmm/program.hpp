#pragma once

#include <string>
#include <string_view>

namespace banger::vmm {

/// Why os::find_program finds no such program: one line. `source` says where one that is looked up
/// in PATH comes from ("Debian package qemu-system-x86").
[[nodiscard]] std::string not_found(const std::string& name, std::string_view source);

} // namespace banger::vmm
