#pragma once

#include <filesystem>
#include <string>

namespace banger::bundle {

class Interrupt;

// `name` is what messages call the file.

/// Throws os::Error (invalid), with what it is instead, unless the file is a program for x86-64.
void check_program(const std::filesystem::path& file, const std::string& name);

/// What a Firecracker program says of itself, e.g. "1.15.1". Throws os::Error when it is none, or
/// does not run here.
[[nodiscard]] std::string firecracker_version(const std::filesystem::path& program,
                                              const std::string& name, const Interrupt& interrupt);

} // namespace banger::bundle
