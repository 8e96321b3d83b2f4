#pragma once

#include <filesystem>

namespace banger::privileged {

/// The jailer that was released with a Firecracker: in its folder, with the same ending
/// ("jailer-v1.16.1-x86_64" beside "firecracker-v1.16.1-x86_64"). Empty when the file is not named
/// so, which the jailer demands. Links are to be resolved before. Pure.
[[nodiscard]] std::filesystem::path jailer_beside(const std::filesystem::path& firecracker);

/// Both, by their full names without a link.
struct JailPrograms {
    std::filesystem::path firecracker;
    std::filesystem::path jailer;
};

/// Throws invalid for a file of another name, not_found when one is not there, and permission, with
/// the remedy, when others than root may change one: root runs the jailer.
[[nodiscard]] JailPrograms jail_programs(const std::filesystem::path& firecracker);

} // namespace banger::privileged
