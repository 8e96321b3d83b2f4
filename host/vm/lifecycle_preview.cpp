#include "vm/guest_config_view.hpp"
#include "vm/guest_setup.hpp"
#include "vm/lifecycle.hpp"

#include "os/error.hpp"

#include <nlohmann/json.hpp>

namespace banger::vm {
using nlohmann::json;
using os::Error;
using os::ErrorKind;

namespace {

constexpr std::size_t key_digits = 64; ///< of the key that an agent behind AF_VSOCK is told

/// The VM as the API would show it, without what only a create gives it.
json unmade_json(const Machine& machine, const Settings& settings) {
    json shown = to_json(machine, settings);
    for (const char* key : {"id", "state", "since", "created_at", "paths"}) {
        shown[key] = nullptr;
    }
    if (machine.name().empty()) {
        shown["name"] = shown["fqdn"] = nullptr;
    }
    return shown;
}

} // namespace

/// The configuration of a start that does not happen, and the VMM that it would take.
asio::awaitable<Lifecycle::Draft> Lifecycle::draft(store::VmRow row, VmView view) {
    const vmm::AgentChannel channel =
        co_await require_vmm(row, view.state != to_string(State::creating));
    std::string key;
    if (channel.vsock) {
        key.assign(key_digits, '0'); // only its length is shown
        constexpr std::int64_t some_cid = 3;
        row.cid = row.cid != 0 ? row.cid : some_cid;
    }
    auto work = offload(parts_.threads, [row, view, key, &settings = parts_.settings,
                                         hypervisors = parts_.hypervisors,
                                         &capabilities = parts_.capabilities,
                                         bundle = parts_.catalog.bundle(),
                                         context = CallContext()]() mutable {
        const auto vmms = hypervisors();
        const vmm::Choice choice = vmm::choose(row.vmm, *vmms);
        const GuestConfig config =
            build_guest_config(row, view, bundle, settings, capabilities, context, key);
        return Draft{config.merged_json(), std::string(choice.hypervisor->name()), choice.reason};
    });
    co_return co_await std::move(work);
}

asio::awaitable<json> Lifecycle::guest_config(std::string name) {
    const Ptr machine = parts_.machines.get(name);
    const MachinePaths paths(parts_.settings, *machine);
    if (machine->runs()) {
        auto work = offload(parts_.threads, [name, paths] { return launched_config(name, paths); });
        json config = co_await std::move(work);
        co_return guest_config_view(name, ConfigOf::running, std::move(config), false);
    }
    if (machine->state == State::creating || machine->state == State::starting) {
        throw Error(ErrorKind::conflict,
                    "VM " + name + " is " + std::string(to_string(machine->state)) +
                        ": what it is started with is being put together",
                    "wait for it with: banger vm wait " + name);
    }
    VmView view = view_of(*machine, parts_.settings);
    auto asked = draft(machine->row, std::move(view));
    Draft drafted = co_await std::move(asked);
    co_return guest_config_view(name, ConfigOf::next_start, std::move(drafted.config),
                                !parts_.capabilities.no_network());
}

asio::awaitable<json> Lifecycle::preview(CreateRequest request) {
    co_await check(request);
    Plan plan = planned(request); // again: the name may be taken by now
    parts_.machines.require_address();
    plan.row.id.clear();
    plan.row.mac.clear();
    plan.row.created_at = 0;
    Machine unmade(parts_.threads.loop);
    unmade.row = std::move(plan.row);
    unmade.state = State::creating;
    json vm = unmade_json(unmade, parts_.settings);
    VmView view;
    view.name = unmade.name();
    view.state = to_string(unmade.state);
    view.spec_json = vm.dump();
    auto asked = draft(unmade.row, std::move(view));
    Draft drafted = co_await std::move(asked);
    vm["driver"] = drafted.driver;
    vm["vmm_reason"] = drafted.reason;
    json config = guest_config_view(unmade.name(), ConfigOf::first_start, std::move(drafted.config),
                                    !parts_.capabilities.no_network());
    co_return json{{"vm", std::move(vm)}, {"guest_config", std::move(config)}};
}

} // namespace banger::vm
