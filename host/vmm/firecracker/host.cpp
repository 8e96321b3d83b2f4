#include "vmm/firecracker/host.hpp"

#include "os/child.hpp"
#include "os/error.hpp"
#include "vmm/device_remedy.hpp"
#include "vmm/firecracker/test_guest.hpp"
#include "vmm/probe_cache.hpp"
#include "vmm/program.hpp"

#include <cstdint>
#include <optional>

#include <nlohmann/json.hpp>

namespace banger::vmm::firecracker {
using nlohmann::json;
using os::Error;

namespace {

constexpr const char* program_name = "firecracker";
constexpr const char* automatic = "auto";

/// For how long a refusal holds.
enum class Holds : std::uint8_t { now, binary, boot };

/// What keeps Firecracker from being used.
struct Refusal {
    std::string reason;
    Holds holds = Holds::binary;
};

std::optional<std::filesystem::path> find(const ProbeOptions& options) {
    if (options.binary != automatic) {
        return os::find_program(options.binary);
    }
    if (!options.bundled.empty()) {
        if (auto found = os::find_program(options.bundled.string())) {
            return found;
        }
    }
    return os::find_program(program_name);
}

/// What else is in the way where the program is: its remedy alone would lead to the next reason.
std::string and_kvm(const std::string& reason) {
    const std::string obstacle = kvm_obstacle();
    return reason + (obstacle.empty() ? "" : ", and " + obstacle);
}

std::string why_none(const ProbeOptions& options) {
    return and_kvm(options.binary == automatic
                       ? "none in the runtime bundle or in PATH"
                       : not_found(options.binary, "it is looked up in PATH"));
}

/// Where there is no program, or one that cannot be used.
std::string program_remedy(const ProbeOptions& options) {
    if (options.binary != automatic) {
        return "name another one with firecracker.binary";
    }
    const std::string by_name = "firecracker.binary names another";
    return options.adder.empty() ? by_name : options.adder + " adds one, " + by_name;
}

std::string joined(const std::string& one, const std::string& other) {
    return one + (one.empty() || other.empty() ? "" : "; and ") + other;
}

/// Sets version and reason; nullopt when guests run.
std::optional<Refusal> examine(Host& host, const ProbeOptions& options) {
    const std::string binary = host.probe.binary.string();
    host.probe.version = ask_version(binary);
    const auto version = parse_version(host.probe.version);
    if (!version) {
        return Refusal{binary + " --version gives no version of Firecracker",
                       host.probe.version.empty() ? Holds::now : Holds::binary};
    }
    host.version = *version;
    if (*version < least_version) {
        return Refusal{and_kvm("Firecracker " + host.probe.version + " is too old (" +
                               to_string(least_version) + " is the least)")};
    }
    host.probe.setting = "vm.vmm";
    const KvmResult kvm = options.kvm();
    if (!kvm.usable) {
        return Refusal{kvm.reason, kvm.passing ? Holds::now : Holds::boot};
    }
    if (const auto failure = run_test_guest(binary, host.probe.version, options.guest_time)) {
        return Refusal{"Firecracker " + host.probe.version +
                           " with KVM ran no test guest: " + failure->reason,
                       failure->passing ? Holds::now : Holds::boot};
    }
    host.probe.reason = "a test guest ran";
    return std::nullopt;
}

void settle(Host& host, const ProbeOptions& options, const std::string& refusal) {
    Probe& probe = host.probe;
    probe.usable = refusal.empty();
    probe.accel = probe.usable ? "kvm" : "";
    if (probe.usable) {
        probe.setting.clear();
    } else {
        probe.reason = refusal;
        const bool good = !probe.binary.empty() && host.version >= least_version;
        probe.remedy = joined(good ? "" : program_remedy(options), kvm_remedy());
    }
}

/// False when nothing of use is stored.
bool load(Host& host, const ProbeOptions& options, const std::string& key) {
    const auto in = options.cache_file.empty() ? std::nullopt : load_probe(options.cache_file, key);
    if (!in) {
        return false;
    }
    try {
        const auto version = in->at("version").get<std::string>();
        const auto refusal = in->at("refusal").get<std::string>();
        host.probe.reason = in->at("reason").get<std::string>();
        host.probe.setting = in->at("setting").get<std::string>();
        host.probe.version = version;
        host.version = parse_version(version).value_or(Version());
        settle(host, options, refusal);
        return true;
    } catch (const json::exception&) {
        return false;
    }
}

void store(const Host& host, const ProbeOptions& options, const std::string& key,
           const std::string& refusal) {
    if (!options.cache_file.empty()) {
        store_probe(options.cache_file, key,
                    {{"version", host.probe.version},
                     {"refusal", refusal},
                     {"reason", host.probe.reason},
                     {"setting", host.probe.setting}});
    }
}

} // namespace

std::string identity(const ProbeOptions& options) {
    try {
        const auto binary = find(options);
        return binary ? probe_key(*binary, "") : std::string();
    } catch (const Error&) { // it went away just now
        return {};
    }
}

Host probe(const ProbeOptions& options) {
    Host host;
    host.probe.driver = firecracker_name;
    host.probe.setting = options.binary == automatic ? "vm.vmm" : "firecracker.binary";
    const auto binary = find(options);
    if (!binary) {
        settle(host, options, why_none(options));
        return host;
    }
    host.probe.binary = *binary;
    try {
        const std::string key = probe_key(*binary, "");
        if (load(host, options, key)) {
            return host;
        }
        const auto refusal = examine(host, options);
        const std::string reason = refusal ? refusal->reason : std::string();
        if (!refusal || refusal->holds == Holds::boot) {
            store(host, options, key, reason);
        }
        host.passing = refusal && refusal->holds == Holds::now;
        settle(host, options, reason);
    } catch (const Error& error) {
        host.passing = true;
        settle(host, options, error.what());
    }
    return host;
}

} // namespace banger::vmm::firecracker
