#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace banger::vm {

struct Drive;
struct GuestFile;
struct Nic;

/// The owner of what no plugin gave. Only its drives may be relative to the VM's folder.
constexpr std::string_view host_owner = "banger";

// What one guest configuration can hold. sdk/include/banger/vm.h and docs/guest-config.md say it
// to authors.
constexpr std::size_t max_kernel_args = 128;
constexpr std::size_t max_kernel_key = 64;
constexpr std::size_t max_kernel_value = 1024;
/// The kernel's limit for its command line on x86 (COMMAND_LINE_SIZE), with its NUL, and what of it
/// the VMM driver needs for its own arguments.
constexpr std::size_t max_command_line = 2048;
constexpr std::size_t driver_command_line = 256;
/// Disks and network cards: Firecracker has 17 virtio devices (1.15), QEMU's microvm 24. Three are
/// the agent's channel, random numbers and the balloon.
constexpr std::size_t max_devices = 14;
constexpr std::size_t max_id = 20; ///< VIRTIO_BLK_ID_BYTES, virtio 1.2 section 5.2.6.1
constexpr std::size_t max_path = 4095;
constexpr std::size_t max_path_part = 255;
constexpr std::size_t max_interface = 15; ///< IFNAMSIZ without its NUL
constexpr unsigned min_mtu = 68;          ///< RFC 791; also Firecracker's
constexpr unsigned max_mtu = 65535;
constexpr std::size_t max_files = 256;
constexpr std::size_t max_file_bytes = 1U << 20U;
constexpr std::size_t max_files_bytes = 8U << 20U;

// Each throws Error that names the field, its owner, the value and the limit.
void check_kernel_arg(std::string_view owner, const std::string& key, const std::string& value);
void check_drive(std::string_view owner, const Drive& drive);
/// Also writes its MAC address in small letters.
void check_nic(std::string_view owner, Nic& nic);
void check_file(std::string_view owner, const GuestFile& file);

} // namespace banger::vm
