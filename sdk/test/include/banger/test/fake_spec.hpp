#pragma once

#include "fake_calls.hpp"

/// VMs as plugins see them: whole, as the daemon shows them. See fake_host.hpp.
namespace banger::fake {

inline constexpr const char* state_names[] = {"",         "creating",       "starting", "running",
                                              "paused",   "stopping",       "stopped",  "crashed",
                                              "deleting", "cleanup-pending"}; ///< by BANGER_VM_*

/// Every member of GET /v1/vms/ID, as of a VM of which nothing but this is known.
inline std::string plain_spec(const Vm& vm) {
    const bool runs = vm.pid != 0 || vm.state == BANGER_VM_RUNNING ||
                      vm.state == BANGER_VM_PAUSED || vm.state == BANGER_VM_STOPPING;
    const std::string time = R"("2026-01-01T00:00:00.000Z")";
    const std::string pid = runs ? std::to_string(vm.pid != 0 ? vm.pid : ::getpid()) : "null";
    const std::string folder = "/home/user/.local/share/banger/vms/" + vm.id;
    const std::string cid = std::to_string(vm.cid);
    const auto while_it_runs = [&](const std::string& json) { return runs ? json : "null"; };
    return R"({"id":)" + json_string(vm.id) + R"(,"name":)" + json_string(vm.name) +
           R"(,"state":")" + state_names[vm.state < std::size(state_names) ? vm.state : 0] +
           R"(","since":)" + time + R"(,"image":"default","vcpus":2,"memory_mib":512)" +
           R"(,"disk_mib":8192,"work_disk_mib":8192,"disk_mode":"overlay","vmm":"auto")" +
           R"(,"driver":)" + while_it_runs(R"("qemu")") +
           R"(,"vmm_reason":null,"accel":"kvm","agent_channel":)" +
           while_it_runs(vm.cid != 0 ? R"("vsock")" : R"("serial")") + R"(,"cid":)" +
           (vm.cid != 0 ? cid : "null") + R"(,"ip":null,"mac":null,"fqdn":)" +
           json_string(vm.name + ".vm") + R"(,"pid":)" + pid + R"(,"supervisor_pid":)" + pid +
           R"(,"created_at":)" + time + R"(,"started_at":)" + while_it_runs(time) +
           R"(,"ready_at":)" + while_it_runs(time) +
           R"(,"exit":null,"guest":null,"options":{},"autostart":"off","idle_stop_s":0)" +
           R"(,"max_lifetime_s":0,"disk_bytes_per_s":0,"disk_ops_per_s":0)" +
           R"(,"network_bytes_per_s":0,"idle_since":null,"activity":null,"stops":null,"warnings":[])" +
           R"(,"timings":[],"operation":null,"last_operation":null,"paths":{"dir":)" +
           json_string(folder) + R"(,"run":)" + json_string(vm.run_dir) + R"(,"console":)" +
           json_string(folder + "/console.log") + "}}";
}

/// What the test says of a VM, and the rest. What is no JSON object stays as it is.
inline std::string Host::spec_of(const Vm& vm) const {
    const auto given = Json::parse(vm.spec_json.empty() ? "{}" : vm.spec_json);
    auto spec = Json::parse(plain_spec(vm));
    if (!given || given->kind != Json::Kind::object || !spec) {
        return vm.spec_json;
    }
    for (const auto& [name, value] : given->members) {
        spec->at(name) = value;
    }
    const auto* options = table<banger_vm_options>(BANGER_IFACE_VM_OPTIONS);
    for (std::uint32_t i = 0; options != nullptr && i < options->count; ++i) {
        const banger_option& option = *options->items[i];
        const auto schema = Json::parse(option.schema);
        Json& own = spec->at("options").at(entry_->desc->id);
        if (schema && own.find(option.name) == nullptr && schema->find("default") != nullptr) {
            own.at(option.name) = *schema->find("default");
        }
        if (schema && own.find(option.name) != nullptr) {
            fill_in(*schema, own.at(option.name));
        }
    }
    return spec->dump();
}

/// A VM of `vms`, whose state and id are in its JSON, if anywhere.
inline std::string Host::listed(const std::string& name, const std::string& json) const {
    const auto given = Json::parse(json);
    const auto said = [&](const char* key) {
        const Json* value = given ? given->find(key) : nullptr;
        return value != nullptr && value->text.size() > 2
                   ? value->text.substr(1, value->text.size() - 2)
                   : std::string();
    };
    Vm vm;
    vm.name = name;
    vm.spec_json = json;
    for (std::uint32_t state = 1; state < std::size(state_names); ++state) {
        vm.state = said("state") == state_names[state] ? state : vm.state;
    }
    vm.id = said("id");
    if (vm.id.empty()) {
        std::uint64_t hash = 0xcbf29ce484222325U; // FNV-1a: the same id each time, another per name
        for (const char c : name) {
            hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
        }
        for (int digit = 0; digit < 12; ++digit, hash >>= 4U) {
            vm.id += "0123456789abcdef"[hash & 15U];
        }
    }
    vm.run_dir = "/run/user/1000/banger/vm/" + vm.id;
    return spec_of(vm);
}

} // namespace banger::fake
