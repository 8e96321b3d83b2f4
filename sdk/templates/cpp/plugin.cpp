// Notes each VM while it runs, and puts the plugin's settings into its guest. Replace both by what
// your plugin is for: the pattern of taking and giving back stays.
#include <banger/plugin.hpp>

#include <string>

class Plugin {
  public:
    static constexpr const char* id = "@NAME@"; // the file is <id>.so
    static constexpr const char* name = "@NAME@";
    static constexpr const char* version = "0.1.0";
    static constexpr const char* summary = "notes the VMs that run";
    static constexpr const char* config_schema = R"({"properties": {
        "greeting": {"type": "string", "default": "hello", "description": "for each guest"}}})";

    // Takes nothing of the machine: `banger config check` makes the plugin, too.
    Plugin(banger::Host host, banger::Call&, std::string_view config_json)
        : kv_(host), config_(config_json) {}

    // Takes what the VM needs on this machine. It may refuse: throw banger::Error(status, cause,
    // next step).
    void before_start(banger::Call& call, const banger::Vm& vm) {
        call.cookie("noted"); // durable on return: undo() then knows what may have been taken
        kv_.set(call, vm.id(), vm.name());
    }
    // Says what the guest gets. Changes nothing on this machine, and gives the same each time.
    void contribute(banger::Call&, const banger::Vm&, banger::GuestConfig& guest) {
        guest.file("/etc/@NAME@.json", config_);
    }
    // Gives back: at the normal end, and when a start did not come through. Both may find nothing,
    // or be called twice.
    void after_stop(banger::Call& call, const banger::Vm& vm) { give_back(call, vm); }
    void undo(banger::Call& call, const banger::Vm& vm, std::uint32_t, std::uint32_t) {
        give_back(call, vm);
    }

    // After a start of the daemon, for each VM that runs: it may have been started without us.
    void reconcile(banger::Call& call, const banger::Vm& vm) { kv_.set(call, vm.id(), vm.name()); }

    void ls(banger::Call& call, std::string_view) { call.emit_json(kv_.list(call)); }
    static constexpr banger_action cli[] = { // banger x @NAME@ ls
        banger::action<&Plugin::ls>("ls", "ids of the VMs that run")};

    void examine(banger::Call& call, std::string_view) {
        call.emit_json(R"({"severity": "ok", "title": "@NAME@ has what it needs"})");
    }
    static constexpr banger_action doctor[] = { // banger doctor
        banger::action<&Plugin::examine>("needs", "what the plugin needs of this machine")};

  private:
    void give_back(banger::Call& call, const banger::Vm& vm) { kv_.remove(call, vm.id()); }

    banger::Kv kv_;
    std::string config_;
};

BANGER_PLUGIN(Plugin)
