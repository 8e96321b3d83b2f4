#include "share.hpp"

#include <banger/plugin.hpp>

#include <algorithm>
#include <cctype>

namespace share_dir {

namespace {

[[noreturn]] void refuse(const std::string& why) {
    throw banger::Error(BANGER_E_INVALID, "share: " + why,
                        "--share /srv/data, or --share /srv/data:/mnt/data for a place of your own "
                        "in the guest");
}

/// Fit to stand in a script as it is.
bool is_plain(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("/._+-").find(c) != std::string_view::npos;
}

} // namespace

Share Share::parse(std::string_view text) {
    const auto colon = text.rfind(':');
    Share share{std::string(text.substr(0, colon)), colon == std::string_view::npos
                                                        ? "/mnt/share"
                                                        : std::string(text.substr(colon + 1))};
    if (share.folder.empty() || share.folder.front() != '/') {
        refuse("'" + share.folder + "' is no absolute path of this machine");
    }
    if (share.path.size() < 2 || share.path.front() != '/' ||
        !std::all_of(share.path.begin(), share.path.end(), is_plain) ||
        share.path.find("..") != std::string::npos) {
        refuse("'" + share.path + "' cannot be a place in the guest (letters, digits and /._+-)");
    }
    return share;
}

std::uint64_t image_mib(std::uint64_t bytes, std::uint64_t files) {
    // A block of 4 KiB and an inode of 256 bytes for each file, tables, and a little air.
    constexpr std::uint64_t mib = 1024 * 1024;
    const std::uint64_t needed = bytes + files * (4096 + 256);
    return (needed + needed / 16) / mib + 8;
}

const char* const mount_unit = R"([Unit]
Description=The folder that the host shares
DefaultDependencies=no
After=systemd-remount-fs.service
Before=local-fs.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh /etc/share-dir.sh
)";

const char* const wants_unit = R"([Unit]
Wants=share-dir.service
After=share-dir.service
)";

std::string mount_script(const Share& share) {
    return "# Mounts the drive whose serial number is \"share\". Written by the plugin share-dir.\n"
           "for disk in /sys/block/vd*; do\n"
           "    read -r serial <\"$disk/serial\" || true # there is no end of line\n"
           "    if [ \"$serial\" = share ]; then\n"
           "        mkdir -p " +
           share.path +
           "\n"
           "        exec mount -t ext4 -o ro,nodev,nosuid \"/dev/${disk##*/}\" " +
           share.path +
           "\n"
           "    fi\n"
           "done\n"
           "echo 'no drive has the serial number share' >&2\n"
           "exit 1\n";
}

} // namespace share_dir
