#include "cli/limit_flags.hpp"

#include "api_client/json.hpp"
#include "cli/noun.hpp"
#include "cli/quantity.hpp"
#include "os/error.hpp"

#include <charconv>
#include <cstdint>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

namespace banger::cli {
using api_client::Json;

namespace {

constexpr const char* off = "off";

void put_bandwidth(Json& body, const char* key, const char* option, const std::string& text) {
    if (!text.empty()) {
        body[key] = text == off ? 0 : parse_bytes(option, text);
    }
}

std::int64_t parse_operations(const std::string& text) {
    std::int64_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc{} || end != text.data() + text.size() || count < 1) {
        throw os::Error(os::ErrorKind::invalid,
                        "--disk-iops: '" + text + "' is not a number of operations",
                        "write it as 1000, or off");
    }
    return count;
}

std::string bandwidth_at(const Json& vm, const char* key) {
    const double bytes = number_at(vm, key).value_or(0);
    return bytes > 0 ? bytes_text(bytes) + "/s" : "";
}

} // namespace

void LimitFlags::add_to(CLI::App& verb, const std::string& when) {
    verb.add_option("--disk-bandwidth", disk_bandwidth_,
                    "What each disk reads and writes in a second at most: 50M, off" + when)
        ->type_name("SIZE");
    verb.add_option("--disk-iops", disk_iops_,
                    "How often each disk is read and written in a second at most: 1000, off" + when)
        ->type_name("N");
    verb.add_option("--network-bandwidth", network_bandwidth_,
                    "What is sent, and what is received, in a second at most: 10M, off" + when +
                        "; Firecracker only")
        ->type_name("SIZE");
}

void LimitFlags::put(Json& body) const {
    put_bandwidth(body, "disk_bytes_per_s", "--disk-bandwidth", disk_bandwidth_);
    if (!disk_iops_.empty()) {
        body["disk_ops_per_s"] = disk_iops_ == off ? 0 : parse_operations(disk_iops_);
    }
    put_bandwidth(body, "network_bytes_per_s", "--network-bandwidth", network_bandwidth_);
}

std::string limits_text(const Json& vm) {
    std::string disk = bandwidth_at(vm, "disk_bytes_per_s");
    if (const double count = number_at(vm, "disk_ops_per_s").value_or(0); count > 0) {
        disk += (disk.empty() ? "" : ", ") + std::to_string(static_cast<std::int64_t>(count)) +
                " operations/s";
    }
    const std::string network = bandwidth_at(vm, "network_bytes_per_s");
    return (disk.empty() ? "" : "each disk " + disk) +
           (disk.empty() || network.empty() ? "" : "; ") +
           (network.empty() ? "" : "network " + network + " each way");
}

} // namespace banger::cli
