#pragma once

#include <filesystem>

namespace banger::vm {

/// True when an SSH connection to a guest is kept at this control socket and nobody uses it: the
/// guest sees a login then, where there is none.
[[nodiscard]] bool keeps_unused_connection(const std::filesystem::path& control_path);

} // namespace banger::vm
