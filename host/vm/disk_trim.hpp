#pragma once

#include "vm/capabilities.hpp"
#include "vm/machine.hpp"
#include "vm/offload.hpp"
#include "vm/operation.hpp"

#include <memory>

#include <nlohmann/json_fwd.hpp>

namespace banger::vm {

/// Throws what keeps the VM from giving room back, as far as the record tells it. [loop]
void require_trimmable(const Machine& machine);

/// What the file systems of a VM that runs do not use leaves the files of its disks: the guest
/// tells its VMM, now and not at its leisure. Gives {"trimmed":[{"disk","before","after"}],
/// "freed_bytes", "vm"}: the bytes that the files take. [loop]
[[nodiscard]] asio::awaitable<nlohmann::json>
trim_disks(Threads& threads, Capabilities& capabilities, const Settings& settings,
           Operation& operation, std::shared_ptr<Machine> machine);

} // namespace banger::vm
