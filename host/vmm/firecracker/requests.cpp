#include "vmm/firecracker/requests.hpp"

#include "os/error.hpp"
#include "vmm/device_id.hpp"
#include "vmm/kernel_args.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

namespace banger::vmm::firecracker {
using nlohmann::json;
using os::Error;
using os::ErrorKind;

namespace {

/// Firecracker's own, with its NUL (CMDLINE_MAX_SIZE). It adds, for each device,
/// " virtio_mmio.device=4K@0xc0001000:12", and `no_pci` where it knows PCI.
constexpr std::size_t max_command_line = 2048;
constexpr std::string_view no_pci = "pci=off";
constexpr std::size_t added_per_device = 36;

constexpr unsigned guest_cid = 3; ///< the device is this process's own: every VM may have the same
constexpr std::uint32_t usual_mtu = 1500;

ApiRequest put(std::string path, const json& body) {
    try {
        const std::string text = body.dump();
        return {"PUT", std::move(path), text};
    } catch (const json::exception&) { // a path of a file that is not UTF-8
        throw Error(ErrorKind::invalid, "firecracker takes UTF-8 only: PUT " + path,
                    "use a path that is UTF-8, or --vmm qemu");
    }
}

json machine(const LaunchSpec& spec) {
    return {{"vcpu_count", spec.vcpus}, {"mem_size_mib", spec.memory_mib}};
}

json boot_source(const Version& version, const LaunchSpec& spec) {
    json body{{"kernel_image_path", spec.kernel.string()},
              {"boot_args", kernel_command_line(version, spec)}};
    if (!spec.initrd.empty()) {
        body["initrd_path"] = spec.initrd.string();
    }
    return body;
}

/// Token buckets that are filled in a second: what is not used in one is there in the next.
json rate_limiter(const RateLimit& limit) {
    json limiter = json::object();
    const auto add = [&](const char* key, std::uint64_t amount) {
        if (amount != 0) {
            limiter[key] = {{"size", amount}, {"refill_time", 1000}};
        }
    };
    add("bandwidth", limit.bytes);
    add("ops", limit.ops);
    return limiter;
}

json drive(const Disk& disk, const std::string& id) {
    json body{{"drive_id", id},
              {"path_on_host", disk.path.string()},
              {"is_root_device", false}, // the initramfs makes the root file system
              {"is_read_only", disk.read_only}};
    if (!disk.read_only) {
        body["cache_type"] = "Writeback"; // else the guest's flushes reach no disk
    }
    if (disk.limit.any()) {
        body["rate_limiter"] = rate_limiter(disk.limit);
    }
    return body;
}

json card(const Nic& nic, const std::string& id, const Version& version) {
    json body{{"iface_id", id}, {"host_dev_name", nic.tap}, {"guest_mac", nic.mac}};
    if (nic.mtu != usual_mtu && version >= first_with_mtu) {
        body["mtu"] = nic.mtu;
    }
    if (nic.limit.any()) {
        body["rx_rate_limiter"] = rate_limiter(nic.limit);
        body["tx_rate_limiter"] = rate_limiter(nic.limit);
    }
    return body;
}

/// Two ids of ours that are one to the API: it would take the second for a change of the first.
void require_unlike(std::set<std::string>& seen, const std::string& id, const char* what) {
    if (!seen.insert(id).second) {
        throw Error(ErrorKind::invalid, std::string("two of ") + what + " have the id " + id);
    }
}

} // namespace

std::string api_id(const std::string& id, std::size_t index) {
    std::string text = id;
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c == '-' || c == '.'; }, '_');
    return text == id ? text : text + "__" + std::to_string(index);
}

std::string kernel_command_line(const Version& version, const LaunchSpec& spec) {
    std::string disks;
    for (const Disk& disk : spec.disks) {
        disks += (disks.empty() ? "" : ",") + checked_id(disk.id, "disk");
    }
    std::vector<std::string> own{"console=ttyS0",
                                 "reboot=k",
                                 "panic=-1",
                                 "cryptomgr.notests",
                                 "i8042.noaux",
                                 "i8042.nomux",
                                 "i8042.dumbkbd",
                                 "banger.poweroff=reboot",
                                 "banger.vsock=private",
                                 "banger.disks=" + disks};
    const bool adds_no_pci = version >= first_with_pci;
    if (!adds_no_pci) {
        own.emplace_back(no_pci);
    }
    std::string line = kernel_line(std::move(own), spec.kernel_args);
    const std::size_t devices = spec.disks.size() + spec.nics.size() + own_devices;
    const std::size_t added =
        1 + (adds_no_pci ? 1 + no_pci.size() : 0) + added_per_device * devices;
    if (line.size() + added > max_command_line) {
        throw Error(ErrorKind::invalid,
                    "the kernel command line has " + std::to_string(line.size()) +
                        " bytes, and Firecracker adds " + std::to_string(added) + " for " +
                        std::to_string(devices) + " devices: it takes " +
                        std::to_string(max_command_line),
                    "see who gives what with: banger vm show NAME --guest-config; or use --vmm "
                    "qemu");
    }
    return line;
}

std::vector<ApiRequest> requests(const Version& version, const LaunchSpec& spec) {
    std::vector<ApiRequest> list;
    list.push_back(put("/machine-config", machine(spec)));
    list.push_back(put("/boot-source", boot_source(version, spec)));
    std::set<std::string> seen;
    for (std::size_t i = 0; i < spec.disks.size(); ++i) {
        const std::string id = api_id(checked_id(spec.disks[i].id, "disk"), i);
        require_unlike(seen, id, "the disks");
        list.push_back(put("/drives/" + id, drive(spec.disks[i], id)));
    }
    seen.clear();
    for (std::size_t i = 0; i < spec.nics.size(); ++i) {
        const std::string id = api_id(checked_id(spec.nics[i].id, "nic"), i);
        require_unlike(seen, id, "the network cards");
        list.push_back(put("/network-interfaces/" + id, card(spec.nics[i], id, version)));
    }
    const RunFolder run{spec.run_dir};
    list.push_back(
        put("/vsock", {{"guest_cid", guest_cid}, {"uds_path", run.vmm_vsock().string()}}));
    list.push_back(put("/entropy", json::object()));
    list.push_back(put("/balloon", {{"amount_mib", 0}, {"deflate_on_oom", true}}));
    list.push_back(put("/actions", {{"action_type", "InstanceStart"}}));
    return list;
}

} // namespace banger::vmm::firecracker
