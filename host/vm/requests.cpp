#include "vm/requests.hpp"

#include "config/limits.hpp"
#include "os/error.hpp"
#include "os/nearest.hpp"

#include <algorithm>
#include <thread>

#include <unistd.h>

namespace banger::vm {
using nlohmann::json;
using os::Error;
using os::ErrorKind;

namespace {

constexpr std::int64_t max_seconds = std::int64_t{24} * 3600;

void check_members(const json& body, const std::vector<std::string>& known) {
    if (!body.is_object()) {
        throw Error(ErrorKind::invalid, "the request's body must be a JSON object");
    }
    for (const auto& [key, value] : body.items()) {
        if (std::find(known.begin(), known.end(), key) == known.end()) {
            const auto near = os::nearest(key, known);
            throw Error(ErrorKind::invalid, "unknown member '" + key + "' in the request",
                        near ? "did you mean '" + *near + "'?" : "");
        }
    }
}

std::optional<std::string> text(const json& body, const char* key) {
    const auto at = body.find(key);
    if (at == body.end() || at->is_null()) {
        return std::nullopt;
    }
    if (!at->is_string()) {
        throw Error(ErrorKind::invalid, std::string(key) + " must be a text");
    }
    return at->get<std::string>();
}

std::string_view unit_of(std::string_view key) {
    return key.ends_with("_mib")           ? " MiB"
           : key.ends_with("_bytes_per_s") ? " bytes"
           : key.ends_with("_per_s")       ? ""
           : key.ends_with("_s")           ? " s"
                                           : "";
}

std::optional<std::int64_t> number(const json& body, const char* key, std::int64_t least,
                                   std::int64_t most) {
    const auto at = body.find(key);
    if (at == body.end() || at->is_null()) {
        return std::nullopt;
    }
    // An unsigned value above int64's range must not wrap into a good one.
    const bool fits = at->is_number_integer() &&
                      (!at->is_number_unsigned() ||
                       at->get<std::uint64_t>() <= static_cast<std::uint64_t>(INT64_MAX));
    if (!fits) {
        throw Error(ErrorKind::invalid,
                    std::string(key) + " must be a whole number, not " + at->dump());
    }
    const auto value = at->get<std::int64_t>();
    if (value < least || value > most) {
        const std::string limit =
            value < least ? "at least " + std::to_string(least) : "at most " + std::to_string(most);
        const std::string unit(unit_of(key));
        throw Error(ErrorKind::invalid, std::string(key) + " must be " + limit + unit + ", not " +
                                            std::to_string(value) + unit);
    }
    return value;
}

std::optional<std::chrono::seconds> seconds(const json& body, const char* key,
                                            std::int64_t least = 1) {
    const auto value = number(body, key, least, max_seconds);
    return value ? std::optional(std::chrono::seconds(*value)) : std::nullopt;
}

std::optional<std::string> autostart(const json& body) {
    auto given = text(body, "autostart");
    if (given && *given != "on" && *given != "off" && *given != "last") {
        throw Error(ErrorKind::invalid, "autostart must be on, off or last, not '" + *given + "'");
    }
    return given;
}

PolicyRequest policy(const json& body) {
    return {autostart(body), number(body, "idle_stop_s", 0, config::max_policy_s),
            number(body, "max_lifetime_s", 0, config::max_policy_s)};
}

/// As a person writes a limit: "64K", "50M".
std::string rate_text(std::int64_t value, bool bytes) {
    constexpr std::int64_t kib = 1024;
    return !bytes || value == 0       ? std::to_string(value)
           : value % (kib * kib) == 0 ? std::to_string(value / (kib * kib)) + "M"
           : value % kib == 0         ? std::to_string(value / kib) + "K"
                                      : std::to_string(value) + " bytes";
}

/// 0 takes a limit away; one that there is lets a guest boot.
std::optional<std::int64_t> rate(const json& body, const char* key, std::int64_t least,
                                 std::int64_t most) {
    const auto value = number(body, key, 0, most);
    if (value && *value != 0 && *value < least) {
        const bool bytes = !unit_of(key).empty();
        throw Error(ErrorKind::invalid,
                    std::string(key) + " must be at least " + rate_text(least, bytes) + ", not " +
                        rate_text(*value, bytes),
                    "with less a guest does not boot; 0 is no limit");
    }
    return value;
}

LimitsRequest limits(const json& body) {
    const auto bytes = [&](const char* key) {
        return rate(body, key, config::min_bytes_per_s, config::max_bytes_per_s);
    };
    return {bytes("disk_bytes_per_s"),
            rate(body, "disk_ops_per_s", config::min_ops_per_s, config::max_ops_per_s),
            bytes("network_bytes_per_s")};
}

json options(const json& body) {
    const auto at = body.find("options");
    if (at == body.end() || at->is_null()) {
        return json::object();
    }
    if (!at->is_object()) {
        throw Error(ErrorKind::invalid, "options must be an object: plugin -> option -> value");
    }
    return *at;
}

} // namespace

void PolicyRequest::apply(store::VmRow& row) const {
    row.autostart = autostart.value_or(row.autostart);
    row.idle_stop_s = idle_stop_s.value_or(row.idle_stop_s);
    row.max_lifetime_s = max_lifetime_s.value_or(row.max_lifetime_s);
}

void LimitsRequest::apply(store::VmRow& row) const {
    row.disk_bytes_per_s = disk_bytes.value_or(row.disk_bytes_per_s);
    row.disk_ops_per_s = disk_ops.value_or(row.disk_ops_per_s);
    row.network_bytes_per_s = network_bytes.value_or(row.network_bytes_per_s);
}

CreateRequest create_request(const json& body) {
    check_members(body,
                  {"name", "image", "vcpus", "memory_mib", "disk_mib", "work_disk_mib", "disk_mode",
                   "vmm", "timeout_s", "disk_bytes_per_s", "disk_ops_per_s", "network_bytes_per_s",
                   "autostart", "idle_stop_s", "max_lifetime_s", "options"});
    CreateRequest request;
    request.name = text(body, "name");
    request.image = text(body, "image");
    request.vcpus = number(body, "vcpus", 1, config::max_vcpus);
    request.memory_mib = number(body, "memory_mib", config::min_memory_mib, config::max_memory_mib);
    request.disk_mib = number(body, "disk_mib", config::min_disk_mib, config::max_disk_mib);
    request.work_disk_mib =
        number(body, "work_disk_mib", config::min_disk_mib, config::max_disk_mib);
    request.disk_mode = text(body, "disk_mode");
    request.vmm = text(body, "vmm");
    request.timeout = seconds(body, "timeout_s");
    request.limits = limits(body);
    request.policy = policy(body);
    request.options = options(body);
    return request;
}

SetRequest set_request(const json& body) {
    check_members(body, {"vcpus", "memory_mib", "disk_mib", "work_disk_mib", "disk_bytes_per_s",
                         "disk_ops_per_s", "network_bytes_per_s", "autostart", "idle_stop_s",
                         "max_lifetime_s", "options"});
    SetRequest request;
    request.vcpus = number(body, "vcpus", 1, config::max_vcpus);
    request.memory_mib = number(body, "memory_mib", config::min_memory_mib, config::max_memory_mib);
    request.disk_mib = number(body, "disk_mib", config::min_disk_mib, config::max_disk_mib);
    request.work_disk_mib =
        number(body, "work_disk_mib", config::min_disk_mib, config::max_disk_mib);
    request.limits = limits(body);
    request.policy = policy(body);
    request.options = options(body);
    if (!request.vcpus && !request.memory_mib && !request.disk_mib && !request.work_disk_mib &&
        request.limits.empty() && request.policy.empty() && request.options.empty()) {
        throw Error(ErrorKind::invalid, "nothing to set", "see: banger vm set --help");
    }
    return request;
}

StopRequest stop_request(const json& body) {
    check_members(body, {"timeout_s", "force"});
    StopRequest request;
    request.timeout = seconds(body, "timeout_s", 0);
    if (const auto at = body.find("force"); at != body.end()) {
        if (!at->is_boolean()) {
            throw Error(ErrorKind::invalid, "force must be true or false");
        }
        request.force = at->get<bool>();
    }
    return request;
}

std::optional<std::chrono::seconds> start_timeout(const json& body) {
    check_members(body, {"timeout_s"});
    return seconds(body, "timeout_s");
}

std::int64_t host_memory_mib() {
    return static_cast<std::int64_t>(::sysconf(_SC_PHYS_PAGES)) *
               static_cast<std::int64_t>(::sysconf(_SC_PAGESIZE)) >>
           20U;
}

std::string memory_problem(std::int64_t memory_mib) {
    const std::int64_t most = host_memory_mib();
    return memory_mib <= most
               ? ""
               : std::to_string(memory_mib) + " MiB of memory is more than this host's " +
                     std::to_string(most) + " MiB";
}

std::string vcpus_problem(std::int64_t vcpus) {
    const auto cores = static_cast<std::int64_t>(std::thread::hardware_concurrency());
    return cores == 0 || vcpus <= 4 * cores
               ? ""
               : std::to_string(vcpus) + " vCPUs is more than four times this host's " +
                     std::to_string(cores) + " cores";
}

void check_resources(std::int64_t vcpus, std::int64_t memory_mib) {
    if (const std::string problem = memory_problem(memory_mib); !problem.empty()) {
        throw Error(ErrorKind::invalid, problem, "take a smaller --memory");
    }
    if (const std::string problem = vcpus_problem(vcpus); !problem.empty()) {
        throw Error(ErrorKind::invalid, problem, "take a smaller --vcpu");
    }
}

} // namespace banger::vm
