#include "vmm/qemu/host_cache.hpp"

#include "vmm/probe_cache.hpp"

#include <exception>

#include <nlohmann/json.hpp>

namespace banger::vmm::qemu {
using nlohmann::json;

std::optional<Host> load_host(const std::filesystem::path& file, const std::string& key) {
    const auto in = load_probe(file, key);
    if (!in) {
        return std::nullopt;
    }
    try {
        Host host;
        host.probe.driver = qemu_name;
        host.probe.usable = true;
        host.probe.accel = in->at("accel").get<std::string>();
        host.probe.version = in->at("version").get<std::string>();
        host.probe.binary = in->at("binary").get<std::string>();
        host.probe.reason = in->at("reason").get<std::string>();
        host.tsc_khz = in->at("tsc_khz").get<std::uint64_t>();
        host.sandbox = in->at("sandbox").get<bool>();
        host.vhost_vsock = in->at("vhost_vsock").get<bool>();
        return host;
    } catch (const json::exception&) {
        return std::nullopt;
    }
}

void store_host(const std::filesystem::path& file, const std::string& key,
                const Host& host) noexcept {
    try {
        store_probe(file, key,
                    {{"accel", host.probe.accel},
                     {"version", host.probe.version},
                     {"binary", host.probe.binary.string()},
                     {"reason", host.probe.reason},
                     {"tsc_khz", host.tsc_khz},
                     {"sandbox", host.sandbox},
                     {"vhost_vsock", host.vhost_vsock}});
    } catch (const std::exception&) { // NOLINT(bugprone-empty-catch): said in the header
    }
}

} // namespace banger::vmm::qemu
