#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace banger::vmm {

/// Whether /dev/kvm really runs guests.
struct KvmResult {
    bool usable = false;
    std::string reason;                   ///< why not: one line
    std::uint64_t million_per_second = 0; ///< instructions of the test guest
    bool passing = false; ///< it was too slow, which a busy machine is for a while: ask again
};

/// A KVM that opens and makes VMs may still run no guest, or interpret it instruction by
/// instruction where it is nested without hardware help. So this runs one, in a child process that
/// is killed at the deadline, and looks at what it puts out and how fast.
[[nodiscard]] KvmResult probe_kvm(std::chrono::milliseconds deadline = std::chrono::seconds(1));

} // namespace banger::vmm
