#pragma once

#include "fake_extensions.hpp"

/// The builder of a guest's configuration. See fake_host.hpp.
namespace banger::fake {

struct Builder : Extensions {
    static banger_status add(banger_gcb* builder, const char* function, Contribution given,
                             std::uint32_t flags) {
        banger_call* call = builder->call;
        if (!usable(call, function) || !call->reaches_guest) {
            return BANGER_E_INVALID;
        }
        if (const Failure* failure = failing(call->host, function, given.field)) {
            return refuse(call, *failure);
        }
        if ((flags & ~BANGER_OVERRIDE) != 0) {
            return refuse(call, {BANGER_E_UNSUPPORTED, given.field + ": unknown flags", {}});
        }
        for (const Contribution& other : call->outcome.guest) {
            if (other.field == given.field && !(other == given) && flags == 0) {
                return refuse(call, {BANGER_E_CONFLICT, given.field + " is set twice", {}});
            }
        }
        if (!is_utf8(given.field)) {
            call->host.misused(std::string(function) + ": not UTF-8");
        }
        call->outcome.guest.push_back(std::move(given));
        return BANGER_OK;
    }
    static banger_status kernel_arg(banger_gcb* builder, banger_str key, banger_str value,
                                    std::uint32_t flags) {
        return add(builder, "guest-config.kernel_arg",
                   {"kernel_arg:" + text(key), text(value), false, 0, {}}, flags);
    }
    static banger_status drive(banger_gcb* builder, const banger_drive* drive,
                               std::uint32_t flags) {
        limit(builder->call->host, "guest-config.drive: an id", drive->id.len, 20);
        if (text(drive->host_path).rfind('/', 0) != 0) {
            builder->call->host.misused("guest-config.drive: '" + text(drive->host_path) +
                                        "' is no absolute path");
        }
        return add(builder, "guest-config.drive",
                   {"drive:" + text(drive->id),
                    text(drive->host_path),
                    (drive->flags & BANGER_DRIVE_READ_ONLY) != 0,
                    0,
                    {}},
                   flags);
    }
    static banger_status nic(banger_gcb* builder, const banger_nic* nic, std::uint32_t flags) {
        if ((builder->call->host.entry().desc->flags & BANGER_PLUGIN_NETWORK) == 0) {
            return refuse(builder->call,
                          {BANGER_E_UNSUPPORTED, "nic: no BANGER_PLUGIN_NETWORK", {}});
        }
        if (nic->reserved != 0) {
            return refuse(builder->call, {BANGER_E_UNSUPPORTED, "nic: reserved is not 0", {}});
        }
        return add(builder, "guest-config.nic",
                   {"nic:" + text(nic->id), text(nic->tap), false, 0, text(nic->mac)}, flags);
    }
    static banger_status file(banger_gcb* builder, const banger_file* file, std::uint32_t flags) {
        limit(builder->call->host, "guest-config.file", file->data.len, 1U << 20U);
        if (text(file->guest_path).rfind('/', 0) != 0) {
            builder->call->host.misused("guest-config.file: '" + text(file->guest_path) +
                                        "' is no absolute path");
        }
        return add(builder, "guest-config.file",
                   {"file:" + text(file->guest_path), text(file->data), false, file->mode, {}},
                   flags);
    }
};

} // namespace banger::fake

#include "fake_jobs.hpp"
