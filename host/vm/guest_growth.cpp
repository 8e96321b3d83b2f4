#include "vm/guest_growth.hpp"

#include "vm/guest_script.hpp"

namespace banger::vm {
namespace {

constexpr std::chrono::seconds growth_takes{60};

/// ID SECTORS. The kernel hears of the size by an interrupt, a moment later. The writable half of
/// an overlay is mounted nowhere that the guest could name: so it is mounted once more, where
/// nobody else sees it, which resize2fs needs to grow it in use.
constexpr const char* grow_script = R"sh(
disk=$(device_of "$1") || exit 1
tries=100
until [ "$(cat "/sys/class/block/${disk##*/}/size")" -ge "$2" ]; do
    tries=$((tries - 1))
    [ $tries -gt 0 ] || { echo "its kernel does not see the new size" >&2; exit 1; }
    sleep 0.1
done
exec unshare -m sh -c 'mount "$1" /mnt && exec resize2fs "$1"' sh "$disk")sh";

} // namespace

std::string grow_guest_disk(Capabilities& capabilities, const VmView& vm, const std::string& disk,
                            std::uint64_t bytes) {
    CallContext context; // a change that is half made is not cancelled
    return run_in_guest(capabilities, vm, std::string(device_of) + grow_script,
                        {disk, std::to_string(bytes / 512)}, growth_takes, context);
}

} // namespace banger::vm
