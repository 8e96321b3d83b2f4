#include "vm/guest_config.hpp"

#include "os/base64.hpp"
#include "os/error.hpp"
#include "vmm/kernel_args.hpp"

#include <algorithm>
#include <array>
#include <map>

#include <nlohmann/json.hpp>

namespace banger::vm {

using nlohmann::json;
using os::Error;
using os::ErrorKind;

namespace {

/// The drivers refuse these, too, without knowing whose they are.
constexpr auto& driver_keys = vmm::driver_kernel_keys;

constexpr const char* one_owner =
    "disable one of them, or change its settings: both cannot have it";

Error over(const std::string& field, std::size_t count, const std::string& of) {
    return {ErrorKind::exhausted,
            field + ": a VM takes at most " + std::to_string(count) + " " + of,
            "see who gives them with: banger vm show NAME --guest-config; switch off what is not "
            "needed"};
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
        const bool allowed = state.allow && state.allow(owner, field);
        if (!override_owner) {
            const std::string name(owner);
            std::string unasked = name + " does not ask to override (BANGER_OVERRIDE)";
            unasked += allowed ? ", so its allow_override has no effect" : "";
            throw Error(ErrorKind::conflict,
                        field + " is set by both " + current + " and " + name +
                            ", to different values",
                        unasked + "; disable one of them, or change what one of them gives");
        }
        if (!allowed) {
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
    check_kernel_arg(owner, key, value);
    const std::string* old = state_->args.find(key);
    if (!old && state_->args.items().size() == max_kernel_args) {
        throw over("kernel argument '" + key + "' from " + std::string(owner), max_kernel_args,
                   "kernel arguments");
    }
    if (take(owner, "kernel_arg:" + key, old && *old == value, old != nullptr, override_owner)) {
        state_->args.put(key, value);
    }
}

void GuestConfig::require_device(std::string_view owner, const char* what,
                                 const std::string& id) const {
    if (state_->drives.items().size() + state_->nics.items().size() >= max_devices) {
        throw over(std::string(what) + " '" + id + "' from " + std::string(owner), max_devices,
                   "drives and network cards together");
    }
}

void GuestConfig::require_single(std::string_view owner, const Drive& drive) const {
    for (const auto& [id, other] : state_->drives.items()) {
        if (id != drive.id && other.path == drive.path) {
            throw Error(ErrorKind::conflict,
                        "drive '" + drive.id + "' from " + std::string(owner) + ": host_path '" +
                            drive.path + "' is drive '" + id + "' of " + owner_of("drive:" + id),
                        "give the VM each file once: change the option of one of them");
        }
    }
}

void GuestConfig::require_single(std::string_view owner, const Nic& nic) const {
    for (const auto& [id, other] : state_->nics.items()) {
        if (id == nic.id || (other.tap != nic.tap && other.mac != nic.mac)) {
            continue;
        }
        const bool tap = other.tap == nic.tap;
        throw Error(ErrorKind::conflict,
                    "network card '" + nic.id + "' from " + std::string(owner) + ": " +
                        (tap ? "tap '" : "mac '") + (tap ? nic.tap : nic.mac) +
                        "' is that of card '" + id + "' of " + owner_of("nic:" + id),
                    one_owner);
    }
}

void GuestConfig::drive(std::string_view owner, Drive drive, bool override_owner) {
    check_drive(owner, drive);
    require_single(owner, drive);
    const Drive* old = state_->drives.find(drive.id);
    if (!old) {
        require_device(owner, "drive", drive.id);
    }
    if (take(owner, "drive:" + drive.id, old && *old == drive, old != nullptr, override_owner)) {
        const std::string id = drive.id;
        state_->drives.put(id, std::move(drive));
    }
}

void GuestConfig::nic(std::string_view owner, Nic nic, bool override_owner) {
    check_nic(owner, nic);
    require_single(owner, nic);
    const Nic* old = state_->nics.find(nic.id);
    if (!old) {
        require_device(owner, "network card", nic.id);
    }
    if (take(owner, "nic:" + nic.id, old && *old == nic, old != nullptr, override_owner)) {
        const std::string id = nic.id;
        state_->nics.put(id, std::move(nic));
    }
}

void GuestConfig::file(std::string_view owner, GuestFile file, bool override_owner) {
    check_file(owner, file);
    const GuestFile* old = state_->files.find(file.path);
    if (!old && state_->files.items().size() == max_files) {
        throw over("guest file '" + file.path + "' from " + std::string(owner), max_files, "files");
    }
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
    for (const auto& [key, value] : state.args.items()) {
        length += key.size() + (value.empty() ? 0 : value.size() + 1) + 1;
        if (std::find(driver_keys.begin(), driver_keys.end(), key) != driver_keys.end()) {
            const std::string& owner = owner_of("kernel_arg:" + key);
            throw Error(ErrorKind::invalid,
                        "kernel argument '" + key + "' from " + owner + ": the VMM driver sets it",
                        "take it out of what " + owner +
                            " gives (its options, its settings), or "
                            "switch " +
                            owner + " off");
        }
    }
    constexpr std::size_t most = max_command_line - driver_command_line;
    if (length > most) {
        throw Error(ErrorKind::exhausted,
                    "the kernel command line would have " + std::to_string(length) +
                        " bytes, at most " + std::to_string(most) + " of plugins; the rest of " +
                        std::to_string(max_command_line) + " is the VMM driver's",
                    "see who gives what with: banger vm show NAME --guest-config");
    }
    std::size_t total = 0;
    for (const auto& [path, file] : state.files.items()) {
        total += file.data.size();
        for (const auto& [other, below] : state.files.items()) {
            if (other.starts_with(path + "/")) {
                throw Error(ErrorKind::conflict,
                            "guest file '" + other + "' from " + owner_of("file:" + other) +
                                ": it is below file '" + path + "' of " + owner_of("file:" + path),
                            one_owner);
            }
        }
    }
    if (total > max_files_bytes) {
        throw Error(ErrorKind::exhausted,
                    "the guest's files together have " + std::to_string(total) +
                        " bytes, at most " + std::to_string(max_files_bytes),
                    "put what is large on a drive; see who gives what with: banger vm show NAME "
                    "--guest-config");
    }
    state.frozen = true;
}

const std::string& GuestConfig::owner_of(const std::string& field) const {
    return state_->owners.at(field);
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
    const auto owner = [&](const std::string& field) { return owner_of(field); };
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
                                   {"uid", file.uid},
                                   {"gid", file.gid},
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
