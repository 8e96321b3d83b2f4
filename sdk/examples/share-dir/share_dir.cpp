// Gives a VM a folder of this machine, as it is when the VM starts, on a read-only drive.
#include "share.hpp"

#include <banger/plugin.hpp>

#include <nlohmann/json.hpp>

#include <filesystem>
#include <map>
#include <system_error>
#include <vector>

namespace share_dir {

namespace fs = std::filesystem;
using banger::Call;
using banger::Error;
using banger::Vm;
using nlohmann::json;

class ShareDir {
  public:
    static constexpr const char* id = "share-dir";
    static constexpr const char* name = "Shared folders";
    static constexpr const char* version = "1.0.0";
    static constexpr const char* license = "MIT";
    static constexpr const char* summary = "a folder of this machine, read-only, in a VM";
    static constexpr const char* config_schema = R"({"properties": {
        "max_mib": {"type": "integer", "minimum": 16, "maximum": 1048576, "default": 1024,
                    "description": "the largest image that is made of a folder"}}})";
    static constexpr std::uint32_t hook_timeout_ms = 120000; // a large folder takes its time
    static constexpr bool concurrent = true;                 // one VM's folder waits for no other's
    static constexpr banger_option options[] = {
        banger::option("folder", "share", R"({"type": "string", "default": "", "description":
            "folder of this machine, as it is when the VM starts: FOLDER or FOLDER:PATH-IN-VM"})")};

    ShareDir(banger::Host host, Call&, std::string_view config_json)
        : exec_(host), vms_(host), state_dir_(host.state_dir()),
          max_mib_(json::parse(config_json).at("max_mib")) {}

    void validate_options(Call&, std::string_view options_json) {
        if (const std::string text = json::parse(options_json).at("folder"); !text.empty()) {
            (void)Share::parse(text);
        }
    }
    // Asked before a create or start begins, so that nothing is made for a folder that is not
    // there.
    void options_available(Call&, const Vm&, std::string_view options_json) {
        if (const std::string text = json::parse(options_json).at("folder"); !text.empty()) {
            require_folder(Share::parse(text));
        }
    }

    banger_status before_start(Call& call, const Vm& vm) {
        const std::string text = wanted(vm);
        if (text.empty()) {
            remove_image(vm); // of a start before the option was taken away
            return BANGER_SKIP;
        }
        const Share share = Share::parse(text);
        require_folder(share);
        call.cookie(text); // durable first: undo() then removes what was begun
        make_image(call, share, image(vm));
        return BANGER_OK;
    }
    void contribute(Call&, const Vm& vm, banger::GuestConfig& guest) {
        if (vm.cookie().empty()) {
            return;
        }
        guest.drive("share", image(vm).string(), true);
        guest.file("/etc/share-dir.sh", mount_script(Share::parse(vm.cookie())), 0755);
        guest.file("/etc/systemd/system/share-dir.service", mount_unit);
        for (const char* unit : {"local-fs.target", "ssh.service"}) { // a login finds the folder
            guest.file("/etc/systemd/system/" + std::string(unit) + ".d/share-dir.conf",
                       wants_unit);
        }
    }
    void after_stop(Call&, const Vm& vm) { remove_image(vm); }
    void after_delete(Call&, const Vm& vm) { remove_image(vm); }
    void undo(Call&, const Vm& vm, std::uint32_t, std::uint32_t) { remove_image(vm); }
    // At the daemon's start. What a VM that is known has left is for undo(), which the host calls
    // until it comes through; here goes what belongs to none.
    void reconcile_all(Call& call) {
        const std::vector<fs::directory_entry> found = images(); // first: who is made later is kept
        const std::map<std::string, std::string> states = vm_states(call);
        for (const fs::directory_entry& entry : found) {
            if (states.count(entry.path().stem().string()) == 0) {
                call.info("removes an image of no VM", {{"image", entry.path().string()}});
                fs::remove(entry.path());
            }
        }
    }

    // What it holds, looked up on this machine: `vm show --host` and `doctor --leaks` ask.
    void list(Call& call, const Vm& vm) {
        if (fs::exists(image(vm))) {
            emit_object(call, image(vm), std::string(vm.id()), vm.runs() ? "in-use" : "stray");
        }
    }
    void list_all(Call& call) {
        const std::map<std::string, std::string> states = vm_states(call);
        for (const fs::directory_entry& entry : images()) {
            const auto vm = states.find(entry.path().stem().string());
            const bool known = vm != states.end();
            const bool runs = known && vm->second != "stopped" && vm->second != "crashed";
            emit_object(call, entry.path(), known ? vm->first : "", runs ? "in-use" : "stray");
        }
    }
    void release(Call&, std::string_view object_json) {
        const fs::path file = json::parse(object_json).at("name").get<std::string>();
        if (file.parent_path() != state_dir_ || file.extension() != ".img") {
            throw Error(BANGER_E_INVALID, file.string() + " is none of share-dir's images");
        }
        fs::remove(file);
    }

    void ls(Call& call, std::string_view) {
        nlohmann::ordered_json rows = nlohmann::ordered_json::array(); // columns in our order
        for (const json& vm : json::parse(vms_.list(call))) {
            const std::string text = vm.value("/options/share-dir/folder"_json_pointer, "");
            if (!text.empty()) {
                const Share share = Share::parse(text);
                std::error_code none;
                const auto bytes = fs::file_size(image_of(vm.value("id", "")), none);
                rows.push_back({{"vm", vm.value("name", "")},
                                {"folder", share.folder},
                                {"path", share.path},
                                {"image_bytes", none ? json() : json(bytes)}});
            }
        }
        call.emit_json(rows.dump(-1, ' ', false, json::error_handler_t::replace));
    }
    static constexpr banger_action cli[] = {
        banger::action<&ShareDir::ls>("ls", "shared folders and their VMs")};

    void needs(Call& call, std::string_view) {
        json found = {{"severity", "ok"}, {"title", "mke2fs is there, for shared folders"}};
        try {
            (void)exec_.run(call, {"mke2fs", "-V"});
        } catch (const Error& error) {
            found = {{"severity", "warning"},
                     {"title", "folders cannot be shared with VMs"},
                     {"cause", error.what()},
                     {"fix", "install mke2fs (Debian: sudo apt install e2fsprogs)"}};
        }
        call.emit_json(found.dump(-1, ' ', false, json::error_handler_t::replace));
    }
    static constexpr banger_action doctor[] = {
        banger::action<&ShareDir::needs>("mke2fs", "makes the images of shared folders")};

  private:
    [[nodiscard]] std::map<std::string, std::string> vm_states(Call& call) const { // by id
        std::map<std::string, std::string> states;
        for (const json& vm : json::parse(vms_.list(call))) {
            states[vm.value("id", "")] = vm.value("state", "");
        }
        return states;
    }
    static std::string wanted(const Vm& vm) {
        return json::parse(vm.spec_json()).value("/options/share-dir/folder"_json_pointer, "");
    }
    static void require_folder(const Share& share) {
        std::error_code error;
        if (!fs::is_directory(share.folder, error)) {
            throw Error(BANGER_E_NOT_FOUND, "share: there is no folder " + share.folder,
                        "make it, or name another: banger vm set NAME --share FOLDER");
        }
    }
    [[nodiscard]] fs::path image_of(std::string_view vm_id) const {
        return state_dir_ / (std::string(vm_id) + ".img");
    }
    [[nodiscard]] fs::path image(const Vm& vm) const { return image_of(vm.id()); }
    [[nodiscard]] std::vector<fs::directory_entry> images() const {
        std::vector<fs::directory_entry> found;
        for (const fs::directory_entry& entry : fs::directory_iterator(state_dir_)) {
            if (entry.path().extension() == ".img") {
                found.push_back(entry);
            }
        }
        return found;
    }
    void remove_image(const Vm& vm) const { fs::remove(image(vm)); }

    [[nodiscard]] std::uint64_t size_of(Call& call, const Share& share) const {
        std::uint64_t bytes = 0, files = 0;
        try {
            for (const auto& entry : fs::recursive_directory_iterator(share.folder)) {
                call.check(); // a large folder: the user may have changed their mind
                ++files;
                if (entry.is_regular_file() && !entry.is_symlink()) {
                    bytes += entry.file_size();
                }
            }
        } catch (const fs::filesystem_error& error) {
            throw Error(BANGER_E_PERMISSION, "share: " + std::string(error.what()),
                        "everything in the folder has to be readable for you");
        }
        return image_mib(bytes, files);
    }
    void make_image(Call& call, const Share& share, const fs::path& file) const {
        const std::uint64_t mib = size_of(call, share);
        if (mib > max_mib_) {
            throw Error(BANGER_E_INVALID,
                        "share: " + share.folder + " needs an image of " + std::to_string(mib) +
                            " MiB, at most " + std::to_string(max_mib_),
                        "raise plugins.entries.share-dir.config.max_mib, or share less");
        }
        const std::string size = std::to_string(mib) + "M";
        fs::remove(file);
        const banger_exec_result& made = exec_.run(
            call, {"mke2fs", "-q", "-F", "-t", "ext4", "-O", "^has_journal", "-m", "0", "-L",
                   "share", "-E", "root_owner=0:0", "-d", share.folder, file.string(), size});
        if (made.code != 0 || made.signal != 0) {
            throw Error(BANGER_E_INTERNAL,
                        "share: mke2fs could not pack " + share.folder + ": " +
                            std::string(banger::view(made.err)),
                        "is there room in " + state_dir_.string() +
                            ", and is every file in the folder readable for you?");
        }
        call.info("packed " + share.folder, {{"image", file.string()}, {"size", size}});
    }
    static void emit_object(Call& call, const fs::path& file, const std::string& vm_id,
                            const char* state) {
        call.emit_json(json{{"kind", "share-image"},
                            {"name", file.string()},
                            {"vm", vm_id.empty() ? json() : json(vm_id)},
                            {"state", state},
                            {"detail", "a folder that was packed for the guest"}}
                           .dump());
    }

    banger::Exec exec_;
    banger::VmQuery vms_;
    fs::path state_dir_;
    std::uint64_t max_mib_;
};

} // namespace share_dir

BANGER_PLUGIN(share_dir::ShareDir)
