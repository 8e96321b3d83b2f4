// Each VM that asks for it holds a port number of this machine while it runs, and finds it in its
// /etc/port.
#include <banger/plugin.hpp>

#include <nlohmann/json.hpp>

#include <string>

class Ports {
  public:
    static constexpr const char* id = "ports"; // the file is ports.so
    static constexpr const char* name = "Ports";
    static constexpr const char* version = "1.0.0";
    static constexpr const char* summary = "a port number for each VM that asks for one";
    static constexpr const char* config_schema =
        R"({"properties":{"first":{"type":"integer","minimum":1024,"default":4000}}})";
    static constexpr banger_option options[] = { // vm create --hold-port
        banger::option("hold", "hold-port", R"({"type":"boolean","default":false,
                       "description":"hold a port number of this machine"})")};

    Ports(banger::Host host, banger::Call&, std::string_view config_json)
        : kv_(host), first_(nlohmann::json::parse(config_json).at("first")) {}

    banger_status before_start(banger::Call& call, const banger::Vm& vm) { // acquire; may refuse
        const auto spec = nlohmann::json::parse(vm.spec_json());
        if (!spec.value("/options/ports/hold"_json_pointer, false)) {
            return BANGER_SKIP; // nothing is held for this VM
        }
        for (int port = first_; port < first_ + 100; ++port) {
            const std::string key = std::to_string(port);
            if (!kv_.find(call, key)) {
                call.cookie(key); // durable before this returns, so that undo() knows it
                kv_.set(call, key, vm.name());
                return BANGER_OK;
            }
        }
        throw banger::Error(BANGER_E_UNAVAILABLE, "all 100 ports are held",
                            "stop a VM that holds one: banger x ports ls");
    }
    void contribute(banger::Call&, const banger::Vm& vm, banger::GuestConfig& guest) {
        if (!vm.cookie().empty()) {
            guest.file("/etc/port", vm.cookie()); // pure: it changes nothing on this machine
        }
    }
    void after_stop(banger::Call& call, const banger::Vm& vm) { give_back(call, vm); }
    void undo(banger::Call& call, const banger::Vm& vm, std::uint32_t, std::uint32_t) {
        give_back(call, vm); // may be called twice, and with no cookie yet
    }
    void ls(banger::Call& call, std::string_view) {
        for (const std::string port : nlohmann::json::parse(kv_.list(call))) {
            call.emit_text(port + " " + std::string(*kv_.find(call, port)));
        }
    }
    static constexpr banger_action cli[] = { // banger x ports ls
        banger::action<&Ports::ls>("ls", "lists the ports and their VMs")};

  private:
    void give_back(banger::Call& call, const banger::Vm& vm) {
        if (!vm.cookie().empty()) {
            kv_.remove(call, vm.cookie());
        }
    }

    banger::Kv kv_;
    int first_;
};

BANGER_PLUGIN(Ports)
