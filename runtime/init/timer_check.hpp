#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace banger::init {

/// The rate at which the kernel believes its local APIC timer to count, in Hz, from the text of
/// /proc/timer_list; nullopt when the tick comes from something else.
[[nodiscard]] std::optional<std::uint64_t> local_timer_hz(std::string_view timer_list);

/// Why the kernel's rate is no good where the VMM says the true one; empty when it is, or when
/// nobody can tell.
///
/// The kernel measures its local APIC timer against the TSC in a tenth of a second of the boot
/// (arch/x86/kernel/apic/apic.c, calibrate_APIC_clock). Where a busy host stops an emulated guest
/// in that moment the result is wrong by any factor, and for this whole boot timers come too late
/// (the guest seems to hang, almost idle), too early (it drowns in interrupts) or never. Only a new
/// boot mends it.
[[nodiscard]] std::string timer_problem(std::string_view timer_list, std::uint64_t true_hz);

} // namespace banger::init
