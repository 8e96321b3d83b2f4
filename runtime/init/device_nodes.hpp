#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace banger::init {

/// A device node that loads its module when it is opened (/dev/fuse, /dev/net/tun,
/// /dev/loop-control).
struct DeviceNode {
    std::string name;
    bool block = false;
    unsigned major_number = 0;
    unsigned minor_number = 0;
};

/// Reads depmod's modules.devname: "module name c10:229" a line.
std::vector<DeviceNode> parse_device_names(std::string_view text);

/// Makes the nodes of this kernel's modules in /dev: what kmod and systemd-tmpfiles otherwise start
/// two programs for. `root` is where the root file system with /lib/modules is mounted; without
/// modules there is nothing to make.
void make_device_nodes(const std::string& root);

} // namespace banger::init
