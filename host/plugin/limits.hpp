#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include <banger/abi.h>

/// How much a plugin may hand over at once: docs/plugins.md has the same table. Everything is
/// checked before it is copied.
namespace banger::plugin::limits {

constexpr std::uint64_t kib = 1U << 10U;
constexpr std::uint64_t mib = 1U << 20U;

// Calls
constexpr std::uint64_t message = 4 * kib; ///< and hint; what is longer is cut
constexpr std::uint64_t cookie = 64 * kib;
constexpr std::uint64_t output = 16 * mib;  ///< of one call, all together
constexpr std::uint64_t outputs = 65536;    ///< pieces of it
constexpr std::uint64_t open_calls = 256;   ///< of the plugin's own threads, at one time
constexpr std::uint64_t call_name = 64;     ///< cut
constexpr std::uint64_t results = 64 * mib; ///< kept by one call, and then nothing more is asked

// Actions
constexpr std::size_t actions = 4; ///< of one plugin, that run or wait: verbs, remote calls, panels

// Log; what is longer is cut
constexpr std::uint64_t log_line = 8 * kib;
constexpr std::uint64_t log_fields = 32;
constexpr std::uint64_t log_key = 64;
constexpr std::uint64_t log_value = 1 * kib;
constexpr double log_burst = 200;
constexpr double log_rate = 50; ///< lines a second; what comes faster is left out

// Host extensions
constexpr std::uint64_t kv_key = 255;
constexpr std::uint64_t kv_value = 64 * kib;
constexpr std::uint64_t kv_keys = 10000;       ///< of one plugin
constexpr std::uint64_t exec_arguments = 4096; ///< and variables
constexpr std::uint64_t exec_bytes = 1 * mib;  ///< of all arguments, variables and the folder
constexpr std::uint64_t exec_input = 16 * mib;
constexpr std::uint64_t exec_output = 64 * mib;
constexpr std::chrono::milliseconds exec_grace{1000}; ///< from SIGTERM to SIGKILL
constexpr std::chrono::milliseconds exec_job_grace{5000};
constexpr std::uint64_t api_method = 16;
constexpr std::uint64_t api_target = 8 * kib;
constexpr std::uint64_t api_body = 1 * mib;
constexpr std::uint64_t privileged_verb = 64;
constexpr std::uint64_t privileged_args = 1 * mib;
constexpr std::uint64_t vm_name = 255; ///< or id, to ask for a VM
constexpr std::uint64_t event_type = 64;
constexpr std::uint64_t event_data = 64 * kib;
constexpr double events_at_once = 1000;
constexpr double event_rate = 1000; ///< published a second by one plugin
constexpr std::uint64_t facts = 64 * kib;
constexpr std::uint64_t extension_id = 128;

constexpr std::uint64_t kernel_key = 64;
constexpr std::uint64_t kernel_value = 1 * kib;
constexpr std::uint64_t drive_id = 20; ///< and of a network card
constexpr std::uint64_t path = 4095;
constexpr std::uint64_t interface_name = 15;
constexpr std::uint64_t mac = 64; ///< its form is checked then
constexpr std::uint64_t guest_file = 1 * mib;

// Long jobs
constexpr int jobs = 16; ///< of one plugin, at one time
constexpr std::uint64_t job_kind = 64;
constexpr std::uint64_t job_target = 256;
constexpr std::uint64_t job_stage = 64;
constexpr std::uint64_t job_line = 4 * kib; ///< cut
constexpr double job_line_burst = 1000;
constexpr double job_line_rate = 200; ///< a second
constexpr std::chrono::milliseconds job_progress_pause{100};
constexpr std::chrono::milliseconds job_cleanup = std::chrono::seconds(30); ///< when none is given
constexpr std::chrono::milliseconds longest_job_cleanup = std::chrono::minutes(10);
constexpr std::uint64_t job_stages = 200;
constexpr std::uint64_t job_result = 1 * mib;

/// A year: what a plugin means by "for ever", and more than any time that it gives.
constexpr std::chrono::milliseconds longest = std::chrono::hours(24 * 365);
/// The time a plugin gives, so that a deadline can be made of it.
[[nodiscard]] constexpr std::chrono::milliseconds time(std::int64_t ms) noexcept {
    return std::chrono::milliseconds(std::clamp<std::int64_t>(ms, 0, longest.count()));
}

// Descriptor and tables, read when the file is loaded
constexpr std::uint64_t interfaces = 64;
constexpr std::uint64_t items = 256;    ///< of one list or table
constexpr std::uint64_t word = 128;     ///< an id, a name, a version, a place
constexpr std::uint64_t line = 1 * kib; ///< vendor, licence, URL, summary of anything
constexpr std::uint64_t schema = 256 * kib;
constexpr std::uint64_t pattern = 1 * kib; ///< a regular expression in a schema

/// Throws invalid, "message is 70000 bytes, at most 4096".
void require(const char* what, std::uint64_t size, std::uint64_t most);
/// The text, copied, when it is not longer.
[[nodiscard]] std::string taken(const char* what, banger_str text, std::uint64_t most);
/// As require(), for a number of things.
void require_count(const char* what, std::uint64_t count, std::uint64_t most);

} // namespace banger::plugin::limits
