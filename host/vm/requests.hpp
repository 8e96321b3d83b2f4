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
    nlohmann::json options = nlohmann::json::object();
};

struct SetRequest {
    std::optional<std::int64_t> vcpus;
    std::optional<std::int64_t> memory_mib;
    nlohmann::json options = nlohmann::json::object(); ///< only what changes
};

struct StopRequest {
    std::optional<std::chrono::seconds> timeout;
    bool force = false; ///< do not ask the guest
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
