#pragma once

#include "image/image.hpp"
#include "store/vm_table.hpp"
#include "vm/settings.hpp"

#include <chrono>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

namespace banger::vm {

class Capabilities;

/// When a VM is started and stopped without being asked; what is not given stays as it is.
struct PolicyRequest {
    std::optional<std::string> autostart;
    std::optional<std::int64_t> idle_stop_s; ///< 0: never
    std::optional<std::int64_t> max_lifetime_s;

    [[nodiscard]] bool empty() const noexcept {
        return !autostart && !idle_stop_s && !max_lifetime_s;
    }
    void apply(store::VmRow& row) const;
};

/// What a VM may move in a second; what is not given stays as it is.
struct LimitsRequest {
    std::optional<std::int64_t> disk_bytes; ///< 0: no limit
    std::optional<std::int64_t> disk_ops;
    std::optional<std::int64_t> network_bytes;

    [[nodiscard]] bool empty() const noexcept { return !disk_bytes && !disk_ops && !network_bytes; }
    void apply(store::VmRow& row) const;
};

/// What `vm create` asks for; what is not given follows the settings.
struct CreateRequest {
    std::optional<std::string> name;
    std::optional<std::string> image;
    std::optional<std::int64_t> vcpus;
    std::optional<std::int64_t> memory_mib;
    std::optional<std::int64_t> disk_mib;
    std::optional<std::int64_t> work_disk_mib;
    std::optional<std::string> disk_mode;
    std::optional<std::string> vmm;
    std::optional<std::chrono::seconds> timeout;
    LimitsRequest limits;
    PolicyRequest policy;
    nlohmann::json options = nlohmann::json::object();
};

struct SetRequest {
    std::optional<std::int64_t> vcpus;
    std::optional<std::int64_t> memory_mib;
    std::optional<std::int64_t> disk_mib; ///< disks only grow
    std::optional<std::int64_t> work_disk_mib;
    LimitsRequest limits;
    PolicyRequest policy;
    nlohmann::json options = nlohmann::json::object(); ///< only what changes
};

struct StopRequest {
    std::optional<std::chrono::seconds> timeout;
    bool force = false; ///< do not ask the guest
    std::string reason; ///< told with the VM's exit, when nobody asked for the stop
};

// From the API's JSON. Throw invalid, naming the member: unknown, of another type, out of range.
[[nodiscard]] CreateRequest create_request(const nlohmann::json& body);
[[nodiscard]] SetRequest set_request(const nlohmann::json& body);
[[nodiscard]] StopRequest stop_request(const nlohmann::json& body);
[[nodiscard]] std::optional<std::chrono::seconds> start_timeout(const nlohmann::json& body);

// Why no VM of this host can have that much; empty when one can.
[[nodiscard]] std::string memory_problem(std::int64_t memory_mib);
[[nodiscard]] std::string vcpus_problem(std::int64_t vcpus);

/// Throws invalid when the host could not give that: more vCPUs or memory than it has.
void check_resources(std::int64_t vcpus, std::int64_t memory_mib);

/// The host's memory in MiB (MemTotal of /proc/meminfo).
[[nodiscard]] std::int64_t host_memory_mib();

} // namespace banger::vm
