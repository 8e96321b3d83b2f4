#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

namespace banger::vmm::firecracker {

/// A kernel of some bytes, as ELF: it puts 'K' out on the serial port and resets.
[[nodiscard]] std::string test_kernel();

/// Why it did not run.
struct TestFailure {
    std::string reason;   ///< one line
    bool passing = false; ///< it was late, or we failed: not Firecracker that refused or ended
};

/// Starts the binary, has it run that kernel by its API and waits for the 'K': what makes guests of
/// the KVM interface is Firecracker's own, and may fail where the bare interface works. Nothing
/// when it came within the time. `version` is what GET /version must say.
[[nodiscard]] std::optional<TestFailure> run_test_guest(const std::filesystem::path& binary,
                                                        const std::string& version,
                                                        std::chrono::milliseconds time);

} // namespace banger::vmm::firecracker
