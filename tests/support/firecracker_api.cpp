#include "support/firecracker_api.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <utility>

namespace banger::test::firecracker {
using nlohmann::json;

namespace {

constexpr std::size_t max_payload = 51'200;
constexpr std::size_t max_devices = 17;        // virtio devices on x86's MMIO, since 1.15
constexpr std::size_t max_command_line = 2048; // with its NUL

constexpr const char* pre_boot_words =
    "The requested operation is not supported before starting the microVM.";
constexpr const char* post_boot_words =
    "The requested operation is not supported after starting the microVM.";

/// What a version does not know yet. `field` is empty where the path itself is new.
struct Since {
    std::string_view path;
    std::string_view field;
    int minor;
};
constexpr std::array<Since, 10> since{{
    {"/serial", "", 14},
    {"/pmem", "", 14},
    {"/hotplug", "", 14},
    {"/balloon", "free_page_hinting", 14},
    {"/balloon", "free_page_reporting", 14},
    {"/snapshot/load", "track_dirty_pages", 13},
    {"/snapshot/load", "vsock_override", 16},
    {"/snapshot/load", "clock_realtime", 16},
    {"/serial", "rate_limiter", 16},
    {"/network-interfaces", "mtu", 16},
}};

bool below(std::string_view path, std::string_view folder) {
    return path == folder ||
           (path.size() > folder.size() && path.substr(0, folder.size()) == folder &&
            path[folder.size()] == '/');
}

int minor_of(const std::string& version) {
    int major = 0;
    int minor = 0;
    if (std::sscanf(version.c_str(), "%d.%d", &major, &minor) != 2) { // NOLINT(cert-err34-c)
        return 0;
    }
    return major == 1 ? minor : 1000;
}

std::string first_of(std::string_view path) {
    const std::string_view rest = path.substr(1);
    return std::string(rest.substr(0, std::min(rest.find('/'), rest.size())));
}

std::string version_fault(std::string_view method, std::string_view path, const json& body,
                          int minor) {
    for (const Since& rule : since) {
        if (minor >= rule.minor || !below(path, rule.path)) {
            continue;
        }
        if (rule.field.empty()) {
            return "Invalid request method and/or path: " + std::string(method) + " " +
                   first_of(path) + ".";
        }
        if (body.is_object() && body.contains(std::string(rule.field))) {
            return deserializing("unknown field `" + std::string(rule.field) + "`");
        }
    }
    return {};
}

/// The id in the path of a drive or an interface.
std::string id_fault(std::string_view path) {
    for (const std::string_view folder : {"/drives", "/network-interfaces", "/pmem"}) {
        if (!below(path, folder)) {
            continue;
        }
        const std::string_view id =
            path.size() > folder.size() ? path.substr(folder.size() + 1) : std::string_view();
        if (id.empty()) {
            return "The ID cannot be empty.";
        }
        const bool good = std::all_of(id.begin(), id.end(), [](char c) {
            return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                   (c >= 'A' && c <= 'Z');
        });
        return good ? ""
                    : "API Resource IDs can only contain alphanumeric characters and underscores.";
    }
    return {};
}

bool is_mac(const std::string& text) {
    if (text.size() != 17) {
        return false;
    }
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool hex = (text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f') ||
                         (text[i] >= 'A' && text[i] <= 'F');
        if (i % 3 == 2 ? text[i] != ':' : !hex) {
            return false;
        }
    }
    return true;
}

bool there(const json& body, const char* field) {
    std::error_code code;
    return std::filesystem::exists(body.value(field, ""), code);
}

Answer refusal(const std::string& words) {
    return {400, json{{"fault_message", words}}.dump()};
}

std::string action_of(const std::string& path, const json& body) {
    return path == "/actions" && body.is_object() ? body.value("action_type", "") : std::string();
}

} // namespace

Api::Api(const Schema* schema, Options options) : schema_(schema), options_(std::move(options)) {}

json Api::config(const std::string& path) const {
    const auto it = configs_.find(path);
    return it == configs_.end() ? json() : it->second;
}

Answer Api::handle(std::string_view method, std::string_view path, std::string_view text) {
    if (text.size() > max_payload) { // a line's end within a string: it is no JSON
        return {400, "{ \"error\": \"Request payload with size " + std::to_string(text.size()) +
                         " is larger than the limit of " + std::to_string(max_payload) +
                         " allowed by server.\nAll previous unanswered requests will be "
                         "dropped.\" }"};
    }
    const std::string where(path);
    const json body = json::parse(text, nullptr, false);
    try {
        if (const std::string words = fault(method, where, text, body); !words.empty()) {
            return refusal(words);
        }
    } catch (const json::exception& error) { // a wrong type, and no schema that would find it
        return refusal(deserializing(error.what()));
    }
    if (method == "GET") {
        return get(where);
    }
    if (action_of(where, body) == "InstanceStart") {
        state_ = State::running;
    } else if (where == "/vm") {
        state_ = body.value("state", "") == "Paused" ? State::paused : State::running;
    } else if (method == "PUT" && where != "/actions") {
        put(where, body);
    } else if (const auto it = configs_.find(where); method == "PATCH" && it != configs_.end()) {
        it->second.merge_patch(body);
    }
    return {};
}

void Api::put(const std::string& path, const json& body) {
    if (configs_.count(path) != 0) {
        repeated_.push_back(path);
    } else if (below(path, "/drives")) {
        const bool root = body.value("is_root_device", false);
        drives_.insert(root ? drives_.begin() : drives_.end(), body.value("drive_id", ""));
    }
    configs_[path] = body;
}

std::string Api::fault(std::string_view method, const std::string& path, std::string_view text,
                       const json& body) const {
    if (path.empty() || path.front() != '/') {
        return "Invalid request method and/or path: " + std::string(method) + " " + path + ".";
    }
    if (method == "GET" && !text.empty()) {
        return "GET request cannot have a body.";
    }
    const bool may_be_empty = below(path, "/balloon/hinting");
    if ((method == "PUT" || method == "PATCH") && text.empty() && !may_be_empty) {
        return "Empty " + std::string(method) + " request.";
    }
    if (std::string words = version_fault(method, path, body, minor_of(options_.version));
        !words.empty()) {
        return words;
    }
    if (std::string words = id_fault(path); !words.empty()) {
        return words;
    }
    if (schema_ != nullptr) {
        if (std::string words = schema_->fault(method, path, body); !words.empty()) {
            return words;
        }
    }
    if (method != "GET" && !text.empty() && !body.is_object()) {
        return deserializing("expected value");
    }
    if (std::string words = order_fault(method, path, body); !words.empty()) {
        return words;
    }
    if (action_of(path, body) == "InstanceStart") {
        return start_fault();
    }
    if (method == "PATCH" && below(path, "/drives")) {
        return drive_fault(path, body);
    }
    return method == "PUT" ? value_fault(path, body) : std::string();
}

/// What may be asked before the start only, and what after it only.
std::string Api::order_fault(std::string_view method, const std::string& path,
                             const json& body) const {
    const std::string action = action_of(path, body);
    bool before =
        method == "PUT" && path != "/actions" && path != "/mmds" && path != "/snapshot/create";
    bool after = method == "PATCH" && path != "/machine-config" && path != "/mmds";
    before =
        before || (method == "PATCH" && path == "/machine-config") || action == "InstanceStart";
    after = after || (!action.empty() && action != "InstanceStart") || path == "/snapshot/create" ||
            path == "/balloon/statistics" || path == "/balloon/hinting/status" ||
            (method == "GET" && path == "/hotplug/memory");
    if (before && state_ != State::not_started) {
        return post_boot_words;
    }
    if (after && state_ == State::not_started) {
        return pre_boot_words;
    }
    if (path == "/snapshot/create" && state_ != State::paused) {
        return "Create snapshot error: Cannot save the microVM state: the microVM is not paused";
    }
    if (path == "/snapshot/load" &&
        std::any_of(configs_.begin(), configs_.end(), [](const auto& entry) {
            return entry.first != "/logger" && entry.first != "/metrics" &&
                   entry.first != "/serial" && entry.first != "/mmds";
        })) {
        return "Load snapshot error: Loading a microVM snapshot not allowed after configuring "
               "boot-specific resources.";
    }
    return {};
}

/// What the types do not say.
std::string Api::value_fault(const std::string& path, const json& body) const {
    if (path == "/metrics" && configs_.count(path) != 0) {
        return "Metrics error: Cannot initialize the metrics system due to bad user input: "
               "Reinitialization of metrics not allowed.";
    }
    if (path == "/machine-config" && body.value("mem_size_mib", std::int64_t{1}) < 1) {
        return "Machine config error: The memory size (MiB) is either 0, or not a multiple of the "
               "configured page size.";
    }
    if (path == "/boot-source") {
        if (body.value("boot_args", "").size() >= max_command_line) {
            return "Boot source error: The kernel command line is invalid: Command line too large.";
        }
        if (options_.open_files && !there(body, "kernel_image_path")) {
            return "Boot source error: The kernel file cannot be opened: No such file or directory "
                   "(os error 2)";
        }
        if (options_.open_files && body.contains("initrd_path") && !there(body, "initrd_path")) {
            return "Boot source error: The initrd file cannot be opened due to invalid path or "
                   "invalid permissions. No such file or directory (os error 2)";
        }
    }
    if (below(path, "/drives") && !body.contains("socket")) {
        if (!body.contains("path_on_host") || !body.contains("is_read_only")) {
            return "Drive config error: Unable to create the virtio block device: Invalid config.";
        }
        if (options_.open_files && !there(body, "path_on_host")) {
            return "Drive config error: Unable to create the virtio block device: Virtio backend "
                   "error: Error manipulating the backing file: No such file or directory (os "
                   "error 2) " +
                   body.value("path_on_host", "");
        }
        for (const auto& [other, drive] : configs_) {
            if (below(other, "/drives") && other != path && body.value("is_root_device", false) &&
                drive.value("is_root_device", false)) {
                return "Drive config error: A root block device already exists!";
            }
        }
    }
    if (below(path, "/network-interfaces") && body.contains("guest_mac")) {
        const std::string mac = body.value("guest_mac", "");
        if (!is_mac(mac)) {
            return deserializing("invalid value: string \"" + mac + "\", expected a MAC address");
        }
        for (const auto& [other, nic] : configs_) {
            if (below(other, "/network-interfaces") && other != path &&
                nic.value("guest_mac", "") == mac) {
                return "Network config error: The MAC address is already in use: " + mac;
            }
        }
    }
    return {};
}

/// A drive that is there may be named its file anew, and has that file's size then.
std::string Api::drive_fault(const std::string& path, const json& body) const {
    if (body.value("drive_id", "") != path.substr(path.rfind('/') + 1)) {
        return "The id from the path [" + path.substr(path.rfind('/') + 1) +
               "] does not match the id from the body [" + body.value("drive_id", "") + "]!";
    }
    if (configs_.count(path) == 0) {
        return "Drive config error: Unable to patch the block device: Device not found.";
    }
    if (options_.open_files && body.contains("path_on_host") && !there(body, "path_on_host")) {
        return "Drive config error: Unable to patch the block device: No such file or directory "
               "(os error 2) " +
               body.value("path_on_host", "");
    }
    return {};
}

std::string Api::start_fault() const {
    if (configs_.count("/boot-source") == 0) {
        return "Start microvm error: Cannot start microvm without kernel configuration.";
    }
    std::size_t devices = 0;
    for (const auto& [path, body] : configs_) {
        devices += below(path, "/drives") || below(path, "/network-interfaces") ||
                           below(path, "/pmem") || path == "/vsock" || path == "/entropy" ||
                           path == "/balloon" || path == "/hotplug/memory"
                       ? 1
                       : 0;
    }
    if (devices > max_devices) {
        return "Start microvm error: Cannot attach the device: Failed to allocate requested "
               "resource: The requested resource is not available.";
    }
    const auto number = [&](const char* path, const char* field, std::int64_t otherwise) {
        const auto it = configs_.find(path);
        return it == configs_.end() ? otherwise : it->second.value(field, otherwise);
    };
    if (number("/balloon", "amount_mib", 0) > number("/machine-config", "mem_size_mib", 128)) {
        return "Start microvm error: Amount of pages requested is too large.";
    }
    return {};
}

Answer Api::get(const std::string& path) const {
    json data = config(path);
    if (path == "/") {
        constexpr std::array<const char*, 3> names{"Not started", "Running", "Paused"};
        data = {{"app_name", "Firecracker"},
                {"id", options_.id},
                {"state", names.at(static_cast<std::size_t>(state_))},
                {"vmm_version", options_.version}};
    } else if (path == "/version") {
        data = {{"firecracker_version", options_.version}};
    } else if (path == "/machine-config" && data.is_null()) {
        data = {{"vcpu_count", 1}, {"mem_size_mib", 128}, {"smt", false}};
    } else if (path == "/balloon" && data.is_null()) {
        return refusal("Balloon config error: Device not found.");
    } else if (path == "/vm/config") {
        data = json::object();
        for (const auto& [name, body] : configs_) {
            if (below(name, "/drives") || below(name, "/network-interfaces")) {
                data[first_of(name)].push_back(body);
            } else if (name != "/mmds") {
                data[name.substr(1)] = body;
            }
        }
    } else if (data.is_null()) {
        data = json::object();
    }
    return {200, data.dump()};
}

} // namespace banger::test::firecracker
