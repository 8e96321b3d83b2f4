#include "vm/disk_trim.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "vm/guest_script.hpp"
#include "vm/sized_disk.hpp"
#include "vmm/hypervisor.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

#include <nlohmann/json.hpp>

namespace banger::vm {
using nlohmann::json;
using os::Error;
using os::ErrorKind;

namespace {

/// What is trimmed of a disk with a limit counts as written.
constexpr std::chrono::hours trim_takes{1};

/// ID. The writable half of an overlay is mounted nowhere that the guest could name: so it is
/// mounted once more, where nobody else sees it. Blocks are free once what freed them is written.
constexpr const char* trim_script = R"sh(
disk=$(device_of "$1") || exit 1
[ "$(cat "/sys/class/block/${disk##*/}/queue/discard_max_bytes")" -gt 0 ] || {
    echo "its disk $1 takes nothing back" >&2
    exit 1
}
sync
exec unshare -m sh -c 'mount "$1" /mnt && exec fstrim /mnt' sh "$disk")sh";

struct Trimmed {
    std::string problem;
    std::uint64_t before = 0, after = 0;
};

Trimmed trim(Capabilities& capabilities, const VmView& vm, const SizedDisk& disk,
             const std::filesystem::path& file, CallContext context) {
    Trimmed trimmed;
    trimmed.before = os::allocated_bytes(file);
    trimmed.problem = run_in_guest(capabilities, vm, std::string(device_of) + trim_script,
                                   {disk.id}, trim_takes, context);
    trimmed.after = os::allocated_bytes(file);
    return trimmed;
}

} // namespace

void require_trimmable(const Machine& machine) {
    if (machine.state == State::paused) {
        throw paused_error(machine);
    }
    if (machine.state != State::running) {
        throw Error(ErrorKind::conflict,
                    "VM " + machine.name() + " is " + std::string(to_string(machine.state)) +
                        ": its guest gives room back while it runs",
                    "start it with: banger vm start " + machine.name());
    }
    if (machine.runs() && machine.process->driver() == vmm::firecracker_name) {
        throw Error(ErrorKind::unsupported,
                    "VM " + machine.name() +
                        " runs with firecracker, whose disks take nothing back from a guest",
                    "an image of it is as small as it can be: banger vm commit " + machine.name() +
                        " IMAGE --stop");
    }
}

asio::awaitable<json> trim_disks(Threads& threads, Capabilities& capabilities,
                                 const Settings& settings, Operation& operation,
                                 std::shared_ptr<Machine> machine) {
    json trimmed = json::array();
    std::uint64_t freed = 0;
    for (const SizedDisk& disk : sized_disks(machine->row)) {
        operation.stage(disk.what);
        auto work = offload(threads, [&capabilities, view = view_of(*machine, settings), disk,
                                      file = MachinePaths(settings, *machine).dir / disk.file,
                                      context = operation.context()] {
            return trim(capabilities, view, disk, file, context);
        });
        const Trimmed now = co_await std::move(work);
        if (!now.problem.empty()) {
            throw Error(ErrorKind::unavailable,
                        "trim the " + disk.what + " of VM " + machine->name() + ": " + now.problem,
                        "it needs the plugin vsock, and in the guest its agent, fstrim and "
                        "unshare");
        }
        trimmed.push_back({{"disk", disk.id}, {"before", now.before}, {"after", now.after}});
        freed += now.before > now.after ? now.before - now.after : 0;
    }
    co_return json{{"vm", to_json(*machine, settings)},
                   {"trimmed", std::move(trimmed)},
                   {"freed_bytes", freed}};
}

} // namespace banger::vm
