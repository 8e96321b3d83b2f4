#include "vm/host_objects.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/process.hpp"
#include "privileged/jail_list.hpp"
#include "vm/machine.hpp"
#include "vm/ssh.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>
#include <system_error>

#include <nlohmann/json.hpp>

namespace banger::vm {
using nlohmann::json;
using os::Error;
using os::ErrorKind;
namespace fs = std::filesystem;

namespace {

constexpr const char* in_use = "in-use";
constexpr const char* idle = "idle";
constexpr const char* stray = "stray";

json object_of(const char* kind, const std::string& name, const json& vm, const char* state,
               const std::string& detail) {
    return {{"plugin", "banger"}, {"kind", kind},   {"name", name},
            {"vm", vm},           {"state", state}, {"detail", detail}};
}

/// The folders right below `parent`; none when it is not there.
std::vector<fs::path> folders_in(const fs::path& parent) {
    std::vector<fs::path> folders;
    std::error_code code;
    for (fs::directory_iterator at(parent, code), end; !code && at != end; at.increment(code)) {
        if (at->is_directory(code) && !at->is_symlink(code)) {
            folders.push_back(at->path());
        }
    }
    std::sort(folders.begin(), folders.end());
    return folders;
}

/// "lost+found" or a note of the user is nothing of ours.
bool is_vm_id(const std::string& name, std::size_t digits) {
    return name.size() == digits && name.find_first_not_of("0123456789abcdef") == std::string::npos;
}

std::optional<pid_t> as_pid(const std::string& text) {
    pid_t pid = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pid);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional(pid)
                                                                    : std::nullopt;
}

/// A file of /proc/PID; empty when the process has just ended.
std::string read_proc(const fs::path& file) {
    try {
        return os::find_file(file, 4096).value_or("");
    } catch (const Error&) {
        return {};
    }
}

std::string name_of(const std::string& pid) {
    const std::string text = read_proc(fs::path("/proc") / pid / "comm");
    return text.substr(0, text.find('\n'));
}

/// PPid in /proc/PID/status (proc(5)).
std::string parent_of(const std::string& pid) {
    constexpr std::string_view key = "\nPPid:\t";
    const std::string text = read_proc(fs::path("/proc") / pid / "status");
    const std::size_t at = text.find(key);
    return at == std::string::npos
               ? ""
               : text.substr(at + key.size(), text.find('\n', at + 1) - at - key.size());
}

/// A VMM works in its VM's folder: /proc tells whose it is, also when the run folder and the store
/// do not. Its name or its parent tells it from a shell that somebody opened there. proc(5): the
/// link of a folder that was removed ends in " (deleted)".
std::string vm_of_vmm(const std::string& pid, const fs::path& vms_dir) {
    std::error_code code;
    const fs::path cwd = fs::read_symlink(fs::path("/proc") / pid / "cwd", code);
    if (code || cwd.parent_path() != vms_dir ||
        (!name_of(pid).starts_with("vm:") && name_of(parent_of(pid)) != "banger-vm")) {
        return {};
    }
    const std::string folder = cwd.filename();
    return folder.substr(0, folder.find(' '));
}

} // namespace

const HostObjects::Known* HostObjects::find(const std::string& id) const {
    const auto at = std::find_if(known_.begin(), known_.end(), [&](const Known& vm) {
        return vm.id == id || vm.id.substr(0, 8) == id;
    });
    return at == known_.end() ? nullptr : &*at;
}

void HostObjects::add_processes(json& objects) const {
    const fs::path vms_dir = fs::weakly_canonical(settings_.vms_dir);
    for (const fs::path& proc : folders_in("/proc")) {
        const std::string pid = proc.filename();
        const std::string id = as_pid(pid) ? vm_of_vmm(pid, vms_dir) : "";
        if (id.empty()) {
            continue;
        }
        const Known* vm = find(id);
        const char* state = vm != nullptr && vm->at_work ? in_use : stray;
        const auto add = [&](const std::string& process, const std::string& what) {
            objects.push_back(
                object_of("process", process, vm ? json(id) : json(), state,
                          vm ? what : std::string(what).append(" of VM ").append(id)));
        };
        add(pid, "its VMM");
        if (const std::string parent = parent_of(pid); name_of(parent) == "banger-vm") {
            add(parent, "its supervisor");
        }
    }
}

/// A VMM in a jail is another user's, and shows its folder to nobody: its supervisor stands for it.
void HostObjects::add_jails(json& objects) const {
    for (const privileged::ListedJail& jail : privileged::own_jails()) {
        const Known* vm = find(jail.vm);
        std::error_code code; // a folder that cannot be looked at is no sign of ours
        if (vm == nullptr && !jail.dead && !fs::exists(settings_.vms_dir / jail.vm, code)) {
            continue; // of another banger of this user
        }
        objects.push_back(object_of("jail", std::to_string(jail.uid), vm ? json(vm->id) : json(),
                                    jail.dead || vm == nullptr ? stray : in_use,
                                    jail.dead ? "left of the jail of VM " + jail.vm
                                              : "its VMM runs as this user id"));
    }
}

void HostObjects::add_folders(json& objects) const {
    for (const fs::path& folder : folders_in(settings_.vms_dir)) {
        const std::string id = folder.filename();
        if (!is_vm_id(id, 12)) {
            continue;
        }
        const Known* vm = find(id);
        const bool disks = fs::exists(folder / "vm.json");
        objects.push_back(object_of("folder", folder, vm ? json(id) : json(), vm ? in_use : stray,
                                    vm      ? "disks, keys and console log"
                                    : disks ? "the disks of a VM that has no record"
                                            : "left of a VM that is gone"));
    }
}

void HostObjects::add_run_folders(json& objects) const {
    for (const fs::path& folder : folders_in(settings_.run_dir)) {
        if (!is_vm_id(folder.filename(), 8)) {
            continue;
        }
        const Known* vm = find(folder.filename());
        objects.push_back(object_of("run-folder", folder, vm ? json(vm->id) : json(),
                                    vm == nullptr ? stray
                                    : vm->at_work ? in_use
                                                  : idle,
                                    "sockets of its supervisor, SSH connection, how it ended"));
    }
}

void HostObjects::add_addresses(json& objects) const {
    for (const Known& vm : known_) {
        if (!vm.address.empty()) {
            objects.push_back(
                object_of("address", vm.address, vm.id, in_use, vm.name + "'s until its delete"));
        }
    }
}

json HostObjects::list_all() const {
    json objects = json::array();
    add_processes(objects);
    add_jails(objects);
    add_folders(objects);
    add_run_folders(objects);
    add_addresses(objects);
    return objects;
}

json HostObjects::list(const std::string& vm_id) const {
    json objects = json::array();
    for (json& object : list_all()) {
        if (object.at("vm") == vm_id) {
            objects.push_back(std::move(object));
        }
    }
    return objects;
}

void HostObjects::release_jail(const std::string& name) const {
    const auto all = privileged::own_jails();
    const auto jail = std::find_if(
        all.begin(), all.end(), [&](const auto& one) { return std::to_string(one.uid) == name; });
    if (jail == all.end()) {
        return;
    }
    if (!jail->dead) {
        throw Error(ErrorKind::busy, "the VMM of VM " + jail->vm + " runs in jail " + name,
                    "end its supervisor, banger-vm " + jail->vm);
    }
    jails_.clean_up(jail->vm);
}

void HostObjects::release(const json& object) const {
    const std::string kind = object.value("kind", "");
    const std::string name = object.value("name", "");
    const json now = list_all(); // named here, so that nothing else can be asked for
    const auto found = std::find_if(now.begin(), now.end(), [&](const json& other) {
        return other.at("kind") == kind && other.at("name") == name && other.at("state") == stray;
    });
    if (found == now.end()) {
        throw Error(ErrorKind::not_found, "no stray " + kind + " '" + name + "'",
                    "see what there is with: banger doctor --leaks");
    }
    if (kind == "process") {
        if (const auto process = os::identify(as_pid(name).value_or(0))) {
            os::end_process(*process, std::chrono::seconds(2));
        }
    } else if (kind == "jail") {
        release_jail(name);
    } else if (kind == "folder" && fs::exists(fs::path(name) / "vm.json")) {
        throw Error(ErrorKind::conflict, name + " holds the disks of a VM that has no record",
                    "keep what you need of it, then remove it with: rm -r " + name);
    } else {
        end_ssh_master(MachinePaths::ssh_control_in(name)); // of a run folder
        os::remove_tree(name);
    }
}

} // namespace banger::vm
