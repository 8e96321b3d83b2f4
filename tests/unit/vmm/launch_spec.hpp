#pragma once

#include "vmm/hypervisor.hpp"

namespace banger::vmm {

/// A VM as the lifecycle asks for it.
inline LaunchSpec launch_spec() {
    LaunchSpec vm;
    vm.id = "0123456789ab";
    vm.name = "testbox";
    vm.dir = "/data/vms/0123456789ab";
    vm.run_dir = "/run/user/1000/banger/vm/01234567";
    vm.kernel = "/bundle/vmlinux";
    vm.initrd = "initrd.img";
    vm.kernel_args = {"banger.root=overlay"};
    vm.disks = {{"base", "/bundle/rootfs.ext4", true},
                {"overlay", "overlay.ext4", false},
                {"work", "work.ext4", false}};
    vm.nics = {{"eth0", "bgr012345", "02:ba:00:00:00:02", 1500}};
    vm.console_path = "/data/vms/0123456789ab/console.log";
    return vm;
}

/// Another one: a disk of its own, more CPUs, a plugin's disk and card.
inline LaunchSpec large_launch_spec() {
    LaunchSpec vm = launch_spec();
    vm.vcpus = 4;
    vm.memory_mib = 2048;
    vm.kernel_args.emplace_back("loglevel=7");
    vm.disks = {{"root", "root.ext4", false},
                {"work", "work.ext4", false},
                {"my-data.1", "/var/data.img", false}};
    vm.nics.push_back({"eth1", "bgr012346", "02:ba:00:00:00:03", 9000});
    return vm;
}

} // namespace banger::vmm
