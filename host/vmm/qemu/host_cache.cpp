#include "vmm/qemu/host_cache.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/process.hpp"

#include <nlohmann/json.hpp>
#include <sys/stat.h>

namespace banger::vmm::qemu {
using nlohmann::json;

std::string cache_key(const std::filesystem::path& binary, const std::string& accel) {
    struct stat info {};
    if (::stat(binary.c_str(), &info) != 0) {
        throw os::errno_error(binary.string());
    }
    // Rights on /dev/kvm come and go with group membership within one boot.
    const bool kvm = ::access("/dev/kvm", R_OK | W_OK) == 0;
    return os::current_boot_id() + " " + binary.string() + " " + std::to_string(info.st_size) +
           " " + std::to_string(info.st_mtim.tv_sec) + "." + std::to_string(info.st_mtim.tv_nsec) +
           " " + accel + (kvm ? " kvm" : " no-kvm");
}

std::optional<Host> load_host(const std::filesystem::path& file, const std::string& key) {
    try {
        const auto text = os::find_file(file);
        if (!text) {
            return std::nullopt;
        }
        const json in = json::parse(*text);
        if (in.at("key") != key) {
            return std::nullopt;
        }
        Host host;
        host.probe.driver = "qemu";
        host.probe.usable = true;
        host.probe.accel = in.at("accel").get<std::string>();
        host.probe.version = in.at("version").get<std::string>();
        host.probe.binary = in.at("binary").get<std::string>();
        host.probe.reason = in.at("reason").get<std::string>();
        host.tsc_khz = in.at("tsc_khz").get<std::uint64_t>();
        host.sandbox = in.at("sandbox").get<bool>();
        host.vhost_vsock = in.at("vhost_vsock").get<bool>();
        return host;
    } catch (const json::exception&) {
        return std::nullopt;
    } catch (const os::Error&) {
        return std::nullopt;
    }
}

void store_host(const std::filesystem::path& file, const std::string& key,
                const Host& host) noexcept {
    try {
        const json out{{"key", key},
                       {"accel", host.probe.accel},
                       {"version", host.probe.version},
                       {"binary", host.probe.binary.string()},
                       {"reason", host.probe.reason},
                       {"tsc_khz", host.tsc_khz},
                       {"sandbox", host.sandbox},
                       {"vhost_vsock", host.vhost_vsock}};
        os::write_file_atomic(file, out.dump() + "\n");
    } catch (const std::exception&) { // NOLINT(bugprone-empty-catch): said in the header
    }
}

} // namespace banger::vmm::qemu
