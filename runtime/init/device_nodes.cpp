#include "init/device_nodes.hpp"

#include "guest/root_dir.hpp"

#include <cstdio>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>

namespace banger::init {

std::vector<DeviceNode> parse_device_names(std::string_view text) {
    std::vector<DeviceNode> out;
    while (!text.empty()) {
        const std::string line(text.substr(0, text.find('\n')));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        char name[64] = {};
        char type = 0;
        DeviceNode node;
        if (line[0] == '#' || std::sscanf(line.c_str(), "%*s %63s %c%u:%u", name, &type,
                                          &node.major_number, &node.minor_number) != 4) {
            continue;
        }
        node.name = name;
        node.block = type == 'b';
        if ((type == 'b' || type == 'c') && node.name.find("..") == std::string::npos) {
            out.push_back(node);
        }
    }
    return out;
}

void make_device_nodes(const std::string& root) {
    utsname kernel{};
    ::uname(&kernel);
    const auto text = guest::RootDir(root).read(std::string("/lib/modules/") + kernel.release +
                                                "/modules.devname");
    for (const auto& node : parse_device_names(text.value_or(""))) {
        const std::string path = "/dev/" + node.name;
        if (const auto slash = path.rfind('/'); slash > 4) {
            ::mkdir(path.substr(0, slash).c_str(), 0755);
        }
        // Those that every user may open, as udev's rules say; udev sets the rest when the module
        // has loaded.
        const bool open_to_all = node.name == "fuse" || node.name == "net/tun";
        const mode_t mode = open_to_all ? 0666 : 0600;
        // One that is there already comes from its driver.
        if (::mknod(path.c_str(), (node.block ? S_IFBLK : S_IFCHR) | mode,
                    makedev(node.major_number, node.minor_number)) == 0) {
            ::chmod(path.c_str(), mode);
        }
    }
}

} // namespace banger::init
