#pragma once

#include "vm/capabilities.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace banger::vm {

/// A function for scripts in guests: `device_of ID` prints the device that the disk of that id is,
/// or ends the script with the reason. Disks have their ids as serials or, where the VMM has none,
/// by their order in banger.disks; udev's links are not there in a guest that starts quickly.
extern const std::string_view device_of;

/// Runs a script of sh as root, by the guest's agent, with these words as its $1, $2, ... Ends it
/// when the time is over or the context is cancelled, which throws. Empty: it ended well; else why
/// not, on one line, without control characters. [pool thread]
[[nodiscard]] std::string run_in_guest(Capabilities& capabilities, const VmView& vm,
                                       const std::string& script,
                                       const std::vector<std::string>& words,
                                       std::chrono::seconds longest, CallContext& context);

} // namespace banger::vm
