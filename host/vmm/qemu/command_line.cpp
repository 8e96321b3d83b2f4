#include "vmm/qemu/command_line.hpp"

#include "os/error.hpp"
#include "vmm/device_id.hpp"
#include "vmm/kernel_args.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

namespace banger::vmm::qemu {
using os::Error;
using os::ErrorKind;

namespace {

/// Inside an option list a comma ends a value unless it is doubled.
std::string escaped(std::string_view value) {
    std::string text;
    for (const char c : value) {
        text.append(c == ',' ? 2 : 1, c);
    }
    return text;
}

void add_accel(std::vector<std::string>& argv, const Host& host) {
    if (host.probe.accel == "kvm") {
        argv.insert(argv.end(), {"-accel", "kvm", "-cpu", "host"});
    } else {
        argv.insert(argv.end(), {"-accel", "tcg,thread=multi,tb-size=256", "-cpu", "max"});
    }
}

/// In JSON: as an option list the limits have other names, which are not kept stable.
std::string throttle_group(const std::string& name, const RateLimit& limit) {
    nlohmann::ordered_json limits = nlohmann::ordered_json::object();
    if (limit.bytes != 0) {
        limits["bps-total"] = limit.bytes;
    }
    if (limit.ops != 0) {
        limits["iops-total"] = limit.ops;
    }
    return nlohmann::ordered_json(
               {{"qom-type", "throttle-group"}, {"id", name}, {"limits", std::move(limits)}})
        .dump();
}

void add_disk(std::vector<std::string>& argv, const Disk& disk) {
    const std::string& id = checked_id(disk.id, "disk");
    const std::string mode = disk.read_only ? "read-only=on" : "read-only=off,discard=unmap";
    std::string node = "driver=raw,node-name=" + id + "," + mode;
    std::string file = ",file.driver=file,file.filename=" + escaped(disk.path.string());
    if (disk.limit.any()) {
        const std::string group = "limit-" + id;
        argv.insert(argv.end(), {"-object", throttle_group(group, disk.limit)});
        node = "driver=throttle,node-name=" + id + "," + mode + ",throttle-group=" + group;
        file = ",file.driver=raw,file.file.driver=file,file.file.filename=" +
               escaped(disk.path.string());
    }
    argv.insert(argv.end(), {"-blockdev", node + file, "-device",
                             "virtio-blk-device,drive=" + id + ",serial=" + id});
}

void add_nic(std::vector<std::string>& argv, const Nic& nic, std::size_t index) {
    const std::string& id = checked_id(nic.id, "nic");
    const int fd = first_tap_fd + static_cast<int>(index);
    std::string device = "virtio-net-device,netdev=" + id + ",mac=" + escaped(nic.mac);
    if (nic.mtu != 1500) {
        device += ",host_mtu=" + std::to_string(nic.mtu);
    }
    argv.insert(argv.end(),
                {"-netdev", "tap,id=" + id + ",fd=" + std::to_string(fd), "-device", device});
}

void add_channel(std::vector<std::string>& argv, const LaunchSpec& spec) {
    const std::string fd = std::to_string(channel_fd);
    if (!spec.vsock) {
        argv.insert(argv.end(),
                    {"-device", "virtio-serial-device", "-chardev", "socket,id=agent,fd=" + fd,
                     "-device", "virtserialport,id=agent0,chardev=agent,name=banger.agent.0"});
        return;
    }
    if (spec.vsock->cid < 3 || spec.vsock->cid == UINT32_MAX) { // vsock(7)
        throw Error(ErrorKind::invalid,
                    "vsock context id " + std::to_string(spec.vsock->cid) + ": 3 to 4294967294");
    }
    argv.insert(argv.end(), {"-device", "vhost-vsock-device,id=vsock0,guest-cid=" +
                                            std::to_string(spec.vsock->cid) + ",vhostfd=" + fd});
}

} // namespace

std::string kernel_command_line(const Host& host, const LaunchSpec& spec) {
    std::vector<std::string> args{"console=ttyS0", "reboot=t", "panic=-1", "cryptomgr.notests"};
    if (host.probe.accel == "tcg" && host.tsc_khz != 0) {
        args.push_back("tsc_early_khz=" + std::to_string(host.tsc_khz));
        args.emplace_back("tsc=reliable"); // else a busy host makes the guest's clock run slow
    }
    if (host.probe.accel == "tcg" && !spec.any_timer) {
        // hw/intc/apic.c counts nanoseconds, and Linux sets the divider to 16. banger-init
        // compares.
        args.emplace_back("banger.lapic_hz=62500000");
    }
    if (std::any_of(spec.disks.begin(), spec.disks.end(),
                    [](const Disk& disk) { return disk.limit.any(); })) {
        args.emplace_back("banger.discard=off"); // what is trimmed counts as written
    }
    return kernel_line(std::move(args), spec.kernel_args);
}

std::vector<std::string> command_line(const Host& host, const LaunchSpec& spec) {
    const std::string name = escaped(spec.name);
    std::vector<std::string> argv{host.probe.binary.string()};
    const auto add = [&argv](std::initializer_list<std::string> words) {
        argv.insert(argv.end(), words);
    };
    add({"-name", "guest=" + name + ",process=vm:" + name + ",debug-threads=on"});
    add({"-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-S"});
    if (host.sandbox) {
        add({"-sandbox",
             "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"});
    }
    // A kernel that finds a machine of ACPI's reduced hardware sets no 8259 up: one that is there
    // passes on a tick of the timer as vector 0, a "divide error" early in the boot.
    add({"-M", "microvm,acpi=on,pic=off,dump-guest-core=off"});
    add_accel(argv, host);
    add({"-smp", std::to_string(spec.vcpus), "-m", std::to_string(spec.memory_mib)});

    add({"-chardev", "socket,id=control,fd=" + std::to_string(control_fd), "-mon",
         "chardev=control,mode=control"});
    add({"-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console"});
    add({"-kernel", spec.kernel.string()});
    if (!spec.initrd.empty()) {
        add({"-initrd", spec.initrd.string()});
    }
    add({"-append", kernel_command_line(host, spec)});

    for (const Disk& disk : spec.disks) {
        add_disk(argv, disk);
    }
    for (std::size_t i = 0; i < spec.nics.size(); ++i) {
        add_nic(argv, spec.nics[i], i);
    }
    add_channel(argv, spec);
    add({"-device", "virtio-rng-device", "-device",
         "virtio-balloon-device,id=balloon0,deflate-on-oom=on"});
    return argv;
}

} // namespace banger::vmm::qemu
