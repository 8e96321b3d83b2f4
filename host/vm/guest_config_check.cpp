#include "vm/guest_config_check.hpp"

#include "os/error.hpp"
#include "os/utf8.hpp"
#include "vm/guest_config.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>

namespace banger::vm {
namespace fs = std::filesystem;
using os::Error;
using os::ErrorKind;

namespace {

std::string in_quotes(std::string_view text) {
    return "'" + os::one_line(text, 80) + "'";
}

/// "drive 'data' from share-dir"
std::string field_of(const char* what, std::string_view id, std::string_view owner) {
    return std::string(what) + " " + in_quotes(id) + " from " + std::string(owner);
}

/// Nothing that the user wrote is wrong: what gives the value is, or what it is made of.
constexpr const char* next_step =
    "see the options of the VM for what it is made of (banger vm show NAME), and "
    "docs/guest-config.md for what is taken; else tell the plugin's author";

[[noreturn]] void refuse(const std::string& field, const std::string& problem) {
    throw Error(ErrorKind::invalid, field + ": " + problem, next_step);
}

void require_size(const std::string& field, const char* part, std::size_t size, std::size_t most) {
    if (size > most) {
        throw Error(ErrorKind::exhausted,
                    field + ": " + part + " has " + std::to_string(size) + " bytes, at most " +
                        std::to_string(most),
                    next_step);
    }
}

bool is_word(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](unsigned char c) { return c > 0x20 && c < 0x7f && c != '"'; });
}

/// What QEMU takes as the id of a device, too.
bool is_id(std::string_view text) {
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    return !text.empty() && letter(text.front()) &&
           std::all_of(text.begin(), text.end(), [&](char c) {
               return letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
           });
}

/// As dev_valid_name() of Linux.
bool is_interface(std::string_view text) {
    return !text.empty() && text.size() <= max_interface && text != "." && text != ".." &&
           std::all_of(text.begin(), text.end(), [](unsigned char c) {
               return c > 0x20 && c < 0x7f && c != '/' && c != ':';
           });
}

void check_path(const std::string& field, const char* part, const std::string& text,
                bool may_be_relative) {
    require_size(field, part, text.size(), max_path);
    if (text.empty()) {
        refuse(field, std::string(part) + " is empty");
    }
    const std::string shown = std::string(part) + " " + in_quotes(text);
    if (!os::is_utf8(text) || text.find('\0') != std::string::npos) {
        refuse(field, shown + " is not UTF-8 without a NUL byte");
    }
    const fs::path path(text);
    if (!path.is_absolute() && !may_be_relative) {
        refuse(field, shown + " is not absolute");
    }
    if (path.lexically_normal() != path || !path.has_filename()) {
        refuse(field, shown + " is not in its normal form: no '.', '..', '//' or '/' at the end");
    }
    for (const fs::path& name : path) {
        require_size(field, "a name in its path", name.native().size(), max_path_part);
    }
}

bool is_mac(std::string_view text) {
    constexpr std::size_t length = 17;
    if (text.size() != length) {
        return false;
    }
    for (std::size_t i = 0; i < length; ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (i % 3 == 2 ? c != ':' : std::isxdigit(c) == 0) {
            return false;
        }
    }
    return true;
}

void check_mac(const std::string& field, std::string& mac) {
    if (!is_mac(mac)) {
        refuse(field, "mac " + in_quotes(mac) + " is no address such as 02:00:5e:10:00:01");
    }
    std::transform(mac.begin(), mac.end(), mac.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    constexpr std::string_view odd = "13579bdf"; // the group bit, IEEE 802
    if (odd.find(mac[1]) != std::string_view::npos || mac == "00:00:00:00:00:00") {
        refuse(field, "mac " + in_quotes(mac) + " is not that of one card (unicast)");
    }
}

} // namespace

void check_kernel_arg(std::string_view owner, const std::string& key, const std::string& value) {
    const std::string field = field_of("kernel argument", key, owner);
    require_size(field, "its name", key.size(), max_kernel_key);
    if (key.empty() || !is_word(key) || key.find('=') != std::string::npos) {
        refuse(field, "its name must be printable ASCII without spaces, '=' and '\"'");
    }
    if (key == "--") {
        refuse(field, "it would end the kernel's arguments");
    }
    require_size(field, "its value", value.size(), max_kernel_value);
    if (!is_word(value)) {
        refuse(field, "its value " + in_quotes(value) +
                          " must be printable ASCII without spaces and '\"'");
    }
}

void check_drive(std::string_view owner, const Drive& drive) {
    const std::string field = field_of("drive", drive.id, owner);
    require_size(field, "its id", drive.id.size(), max_id);
    if (!is_id(drive.id)) {
        refuse(field, "its id must be a letter, then letters, digits, '-', '_' and '.'");
    }
    check_path(field, "host_path", drive.path, owner == host_owner);
}

void check_nic(std::string_view owner, Nic& nic) {
    const std::string field = field_of("network card", nic.id, owner);
    require_size(field, "its id", nic.id.size(), max_interface);
    if (!is_id(nic.id)) {
        refuse(field, "its id must be a letter, then letters, digits, '-', '_' and '.'");
    }
    if (!is_interface(nic.tap)) {
        refuse(field, "tap " + in_quotes(nic.tap) + " is no name of an interface: 1 to " +
                          std::to_string(max_interface) +
                          " bytes of printable ASCII without spaces, '/' and ':'");
    }
    check_mac(field, nic.mac);
    if (nic.mtu < min_mtu || nic.mtu > max_mtu) {
        refuse(field, "mtu " + std::to_string(nic.mtu) + " is not " + std::to_string(min_mtu) +
                          " to " + std::to_string(max_mtu));
    }
}

void check_file(std::string_view owner, const GuestFile& file) {
    const std::string field = field_of("guest file", file.path, owner);
    check_path(field, "guest_path", file.path, false);
    constexpr unsigned permission_bits = 07777;
    if (file.mode > permission_bits) {
        refuse(field, "mode " + std::to_string(file.mode) +
                          " has more than permission bits: at most " +
                          std::to_string(permission_bits) + " (07777)");
    }
    for (const auto& [name, id] : {std::pair("uid", file.uid), std::pair("gid", file.gid)}) {
        if (id == UINT32_MAX) { // chown(2): leave it as it is
            refuse(field, std::string(name) + " 4294967295 is nobody's: at most 4294967294");
        }
    }
    require_size(field, "data", file.data.size(), max_file_bytes);
}

} // namespace banger::vm
