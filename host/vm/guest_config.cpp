#include "vm/guest_config.hpp"

#include "os/base64.hpp"
#include "os/error.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>

#include <nlohmann/json.hpp>

namespace banger::vm {

using nlohmann::json;
using os::Error;
using os::ErrorKind;

namespace {

constexpr std::size_t max_file_bytes = 1U << 20U;
constexpr std::size_t max_files_bytes = 8U << 20U;
constexpr std::size_t max_serial = 20; // VIRTIO_BLK_ID_BYTES, virtio 1.2 section 5.2.6.1

bool printable_word(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](unsigned char c) { return c > 0x20 && c < 0x7f && c != '"'; });
}

/// Values in the order of their first mention, found by key.
template <class T>
class Ordered {
  public:
    [[nodiscard]] const T* find(const std::string& key) const {
        const auto at = std::find_if(items_.begin(), items_.end(),
                                     [&](const auto& item) { return item.first == key; });
        return at == items_.end() ? nullptr : &at->second;
    }
    void put(const std::string& key, T value) {
        for (auto& [name, old] : items_) {
            if (name == key) {
                old = std::move(value);
                return;
            }
        }
        items_.emplace_back(key, std::move(value));
    }
    [[nodiscard]] const std::vector<std::pair<std::string, T>>& items() const { return items_; }

  private:
    std::vector<std::pair<std::string, T>> items_;
};

} // namespace

struct GuestConfig::State {
    AllowOverride allow;
    bool frozen = false;
    std::map<std::string, std::string> owners; ///< field -> owner
    Ordered<std::string> args;
    Ordered<Drive> drives;
    Ordered<Nic> nics;
    Ordered<GuestFile> files;
    json guest = json::object();
};

GuestConfig::GuestConfig(AllowOverride allow) : state_(std::make_unique<State>()) {
    state_->allow = std::move(allow);
}
GuestConfig::~GuestConfig() = default;
GuestConfig::GuestConfig(GuestConfig&&) noexcept = default;
GuestConfig& GuestConfig::operator=(GuestConfig&&) noexcept = default;

GuestConfig GuestConfig::copy() const {
    GuestConfig same;
    *same.state_ = *state_;
    return same;
}

GuestConfig::State& GuestConfig::writable() {
    if (state_->frozen) {
        throw Error(ErrorKind::internal, "the guest configuration is frozen");
    }
    return *state_;
}

/// Makes `owner` the owner of `field`; false when it already has this very value.
bool GuestConfig::take(std::string_view owner, const std::string& field, bool same, bool exists,
                       bool override_owner) {
    State& state = writable();
    if (!exists) {
        state.owners[field] = owner;
        return true;
    }
    std::string& current = state.owners[field];
    if (same) {
        return false;
    }
    if (current != owner) {
        if (!override_owner) {
            throw Error(ErrorKind::conflict,
                        field + " is set by both " + current + " and " + std::string(owner) +
                            ", to different values",
                        "disable one of them, or allow the override in config.yaml");
        }
        if (!state.allow || !state.allow(owner, field)) {
            throw Error(ErrorKind::conflict,
                        std::string(owner) + " may not override " + field + " of " + current,
                        "add it to plugins.entries." + std::string(owner) + ".allow_override");
        }
        current = owner;
    }
    return true;
}

void GuestConfig::kernel_arg(std::string_view owner, const std::string& key,
                             const std::string& value, bool override_owner) {
    if (key.empty() || !printable_word(key) || key.find('=') != std::string::npos ||
        !printable_word(value)) {
        throw Error(ErrorKind::invalid, "kernel argument '" + key + "' from " + std::string(owner) +
                                            ": only printable characters without spaces");
    }
    const std::string* old = state_->args.find(key);
    if (take(owner, "kernel_arg:" + key, old && *old == value, old != nullptr, override_owner)) {
        state_->args.put(key, value);
    }
}

void GuestConfig::drive(std::string_view owner, Drive drive, bool override_owner) {
    if (drive.id.empty() || drive.id.size() > max_serial || !printable_word(drive.id) ||
        drive.id.find_first_of(",/=") != std::string::npos) {
        throw Error(ErrorKind::invalid, "drive id '" + drive.id + "' from " + std::string(owner) +
                                            ": 1 to 20 printable characters");
    }
    if (drive.path.empty() || drive.path.find('\0') != std::string::npos) {
        throw Error(ErrorKind::invalid, "drive " + drive.id + " has no path");
    }
    const Drive* old = state_->drives.find(drive.id);
    if (take(owner, "drive:" + drive.id, old && *old == drive, old != nullptr, override_owner)) {
        const std::string id = drive.id;
        state_->drives.put(id, std::move(drive));
    }
}

void GuestConfig::nic(std::string_view owner, Nic nic, bool override_owner) {
    if (nic.id.empty() || !printable_word(nic.id) || nic.tap.empty() || nic.tap.size() > 15) {
        throw Error(ErrorKind::invalid, "network card '" + nic.id + "' from " + std::string(owner) +
                                            ": it needs an id and a tap of at most 15 bytes");
    }
    const Nic* old = state_->nics.find(nic.id);
    if (take(owner, "nic:" + nic.id, old && *old == nic, old != nullptr, override_owner)) {
        const std::string id = nic.id;
        state_->nics.put(id, std::move(nic));
    }
}

void GuestConfig::file(std::string_view owner, GuestFile file, bool override_owner) {
    const std::filesystem::path path(file.path);
    if (!path.is_absolute() || path.lexically_normal() != path || !path.has_filename() ||
        file.path.find('\0') != std::string::npos || file.path.size() > 4095) {
        throw Error(ErrorKind::invalid, "guest file '" + file.path + "' from " +
                                            std::string(owner) +
                                            ": the path must be absolute and normalised");
    }
    if (file.data.size() > max_file_bytes) {
        throw Error(ErrorKind::exhausted, "guest file " + file.path + " from " +
                                              std::string(owner) + " is larger than 1 MiB");
    }
    const GuestFile* old = state_->files.find(file.path);
    if (take(owner, "file:" + file.path, old && *old == file, old != nullptr, override_owner)) {
        const std::string key = file.path;
        state_->files.put(key, std::move(file));
    }
}

void GuestConfig::guest(std::string_view owner, const std::string& key, json value) {
    State& state = writable();
    state.owners["guest:" + key] = owner;
    state.guest[key] = std::move(value);
}

void GuestConfig::freeze() {
    State& state = writable();
    std::size_t length = 1;
    for (const std::string& arg : kernel_args()) {
        length += arg.size() + 1;
    }
    if (length > max_command_line) {
        throw Error(ErrorKind::exhausted, "the kernel command line would have " +
                                              std::to_string(length) + " bytes of at most " +
                                              std::to_string(max_command_line));
    }
    std::size_t total = 0;
    for (const auto& [path, file] : state.files.items()) {
        total += file.data.size();
    }
    if (total > max_files_bytes) {
        throw Error(ErrorKind::exhausted, "the guest's files together are larger than 8 MiB");
    }
    state.frozen = true;
}

std::vector<std::string> GuestConfig::kernel_args() const {
    std::vector<std::string> args;
    for (const auto& [key, value] : state_->args.items()) {
        args.push_back(value.empty() ? key : std::string(key).append("=").append(value));
    }
    return args;
}

std::vector<Drive> GuestConfig::drives() const {
    std::vector<Drive> result;
    for (const auto& [id, drive] : state_->drives.items()) {
        result.push_back(drive);
    }
    return result;
}

std::vector<Nic> GuestConfig::nics() const {
    std::vector<Nic> result;
    for (const auto& [id, nic] : state_->nics.items()) {
        result.push_back(nic);
    }
    return result;
}

json GuestConfig::guest_json() const {
    json document = state_->guest;
    document["version"] = 1;
    json files = json::array();
    for (const auto& [path, file] : state_->files.items()) {
        files.push_back({{"path", path},
                         {"mode", file.mode},
                         {"uid", file.uid},
                         {"gid", file.gid},
                         {"data", os::base64(file.data)}});
    }
    document["files"] = std::move(files);
    return document;
}

json GuestConfig::merged_json() const {
    const State& state = *state_;
    const auto owner = [&](const std::string& field) { return state.owners.at(field); };
    json merged = {{"kernel_args", json::array()},
                   {"drives", json::array()},
                   {"nics", json::array()},
                   {"files", json::array()},
                   {"guest", json::array()}};
    for (const auto& [key, value] : state.args.items()) {
        merged["kernel_args"].push_back(
            {{"key", key}, {"value", value}, {"owner", owner("kernel_arg:" + key)}});
    }
    for (const auto& [id, drive] : state.drives.items()) {
        merged["drives"].push_back({{"id", id},
                                    {"path", drive.path},
                                    {"read_only", drive.read_only},
                                    {"owner", owner("drive:" + id)}});
    }
    for (const auto& [id, nic] : state.nics.items()) {
        merged["nics"].push_back({{"id", id},
                                  {"tap", nic.tap},
                                  {"mac", nic.mac},
                                  {"mtu", nic.mtu},
                                  {"owner", owner("nic:" + id)}});
    }
    for (const auto& [path, file] : state.files.items()) {
        merged["files"].push_back({{"path", path},
                                   {"mode", file.mode},
                                   {"bytes", file.data.size()},
                                   {"owner", owner("file:" + path)}});
    }
    static constexpr std::array secret{"ssh_host_keys", "entropy"};
    for (const auto& [key, value] : state.guest.items()) {
        const bool hide = std::find(secret.begin(), secret.end(), key) != secret.end();
        merged["guest"].push_back({{"key", key},
                                   {"value", hide ? json("(secret)") : value},
                                   {"owner", owner("guest:" + key)}});
    }
    return merged;
}

} // namespace banger::vm
