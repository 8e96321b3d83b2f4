#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace banger::bundle {

class Interrupt;

/// Runs a program of the host to its end and returns its standard output. Throws os::Error:
/// unavailable with the Debian package that brings it when it is not installed, cancelled when
/// interrupted, else with its last lines as details.
std::string run_tool(const std::vector<std::string>& argv, const Interrupt& interrupt,
                     const std::optional<std::filesystem::path>& cwd = std::nullopt);

} // namespace banger::bundle
