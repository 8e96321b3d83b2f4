#include "vm/guest_config.hpp"
#include "plugin/extensions.hpp"
#include "plugin/guest_builder.hpp"
#include "plugin/limits.hpp"
#include "vm/guest_config_check.hpp"

namespace banger::plugin {
namespace {

using os::Error;
using os::ErrorKind;

using limits::taken;

static_assert(limits::kernel_key == vm::max_kernel_key);
static_assert(limits::kernel_value == vm::max_kernel_value);
static_assert(limits::drive_id == vm::max_id);
static_assert(limits::path == vm::max_path);
static_assert(limits::interface_name == vm::max_interface);
static_assert(limits::guest_file == vm::max_file_bytes);

template <class F>
banger_status write(banger_gcb* builder, std::uint32_t flags, F&& f) noexcept {
    if (!builder) {
        return BANGER_E_INVALID;
    }
    return perform(builder->call, "guest_config", [&](Call&) {
        if ((flags & ~BANGER_OVERRIDE) != 0) {
            throw Error(ErrorKind::unsupported, "guest configuration: unknown flags");
        }
        const std::scoped_lock hold(builder->lock);
        if (!builder->config) {
            throw Error(ErrorKind::cancelled, "guest configuration: it is no longer waited for");
        }
        f(*builder->config, (flags & BANGER_OVERRIDE) != 0);
    });
}

template <class T, class Last>
void check(const T* given, Last T::*last, std::uint32_t known_flags) {
    require_struct(given, last, "guest configuration: its struct");
    if constexpr (requires { given->flags; }) {
        if ((given->flags & ~known_flags) != 0) {
            throw Error(ErrorKind::unsupported, "guest configuration: unknown flags in its struct");
        }
    }
}

banger_status kernel_arg(banger_gcb* builder, banger_str key, banger_str value,
                         uint32_t flags) noexcept {
    return write(builder, flags, [&](vm::GuestConfig& config, bool over) {
        config.kernel_arg(builder->owner,
                          taken("kernel argument: its key", key, limits::kernel_key),
                          taken("kernel argument: its value", value, limits::kernel_value), over);
    });
}

banger_status drive(banger_gcb* builder, const banger_drive* given, uint32_t flags) noexcept {
    return write(builder, flags, [&](vm::GuestConfig& config, bool over) {
        check(given, &banger_drive::host_path, BANGER_DRIVE_READ_ONLY);
        config.drive(builder->owner,
                     {.id = taken("drive: its id", given->id, limits::drive_id),
                      .path = taken("drive: its path", given->host_path, limits::path),
                      .read_only = (given->flags & BANGER_DRIVE_READ_ONLY) != 0},
                     over);
    });
}

banger_status nic(banger_gcb* builder, const banger_nic* given, uint32_t flags) noexcept {
    return write(builder, flags, [&](vm::GuestConfig& config, bool over) {
        check(given, &banger_nic::reserved, 0);
        if (given->reserved != 0) {
            throw Error(ErrorKind::unsupported,
                        "guest configuration: a reserved field of its struct is not 0");
        }
        if (!builder->gives_network) { // or a start would be refused that it could serve
            throw Error(
                ErrorKind::unsupported,
                "guest configuration: plugin " + builder->owner +
                    " adds a network card, but does not say that it gives VMs a network",
                "its descriptor needs the flag BANGER_PLUGIN_NETWORK (gives_network in C++)");
        }
        vm::Nic nic{.id = taken("network card: its id", given->id, limits::drive_id),
                    .tap = taken("network card: its tap", given->tap, limits::interface_name),
                    .mac = taken("network card: its MAC", given->mac, limits::mac)};
        nic.mtu = given->mtu != 0 ? given->mtu : nic.mtu;
        config.nic(builder->owner, std::move(nic), over);
    });
}

banger_status file(banger_gcb* builder, const banger_file* given, uint32_t flags) noexcept {
    return write(builder, flags, [&](vm::GuestConfig& config, bool over) {
        check(given, &banger_file::data, 0);
        config.file(builder->owner,
                    {.path = taken("file: its path", given->guest_path, limits::path),
                     .mode = given->mode,
                     .uid = given->uid,
                     .gid = given->gid,
                     .data = taken("file: its data", given->data, limits::guest_file)},
                    over);
    });
}

} // namespace

const banger_guest_config_ops guest_config_ops{
    sizeof(banger_guest_config_ops), 0, kernel_arg, drive, nic, file};

} // namespace banger::plugin
