#pragma once

#include "vm/guest_config.hpp"

#include <filesystem>

namespace banger::vm {

/// Of a configuration that a VMM is to be launched with: throws Error when a drive that a plugin
/// gave is no file or block device that a VMM can use, or is the file of another drive. Dry runs do
/// not look: a plugin may make the file when the VM starts. `dir` is the VM's folder.
void check_drive_files(const GuestConfig& config, const std::filesystem::path& dir);

} // namespace banger::vm
