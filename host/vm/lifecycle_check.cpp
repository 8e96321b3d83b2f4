#include "vm/background.hpp"
#include "vm/lifecycle.hpp"

#include <nlohmann/json.hpp>

namespace banger::vm {
using nlohmann::json;

asio::awaitable<void> Lifecycle::check(CreateRequest request) {
    const Plan plan = planned(request); // a taken name is told before the port that it has
    VmView view;                        // of none yet
    view.name = plan.row.name;
    auto work = offload(parts_.threads, [&capabilities = parts_.capabilities, view,
                                         options = json::parse(plan.row.options),
                                         context = CallContext()]() mutable {
        capabilities.validate_options(view, options, context);
        capabilities.require_available(view, options, context);
    });
    co_await std::move(work);
    // Looking at what this machine can run may take a while, the first time.
    if (request.vmm || parts_.settings.agent_channel == vmm::ChannelKind::vsock ||
        plan.row.network_bytes_per_s != 0) {
        co_await require_vmm(plan.row, false);
    }
}

asio::awaitable<void> Lifecycle::check_start(std::string name) {
    const Ptr machine = parts_.machines.find(name);
    const bool down =
        machine && (machine->state == State::stopped || machine->state == State::crashed);
    if (down && !machine->busy()) {
        require_network(machine.get());
        co_await require_available(machine, json::parse(machine->row.options));
    }
}

asio::awaitable<void> Lifecycle::check_set(std::string name, json options) {
    const Ptr machine = parts_.machines.find(name);
    if (machine && !machine->busy() && machine->runs() && !options.empty()) {
        co_await require_available(machine, changed_options(*machine, options));
    }
}

asio::awaitable<void> Lifecycle::require_available(Ptr machine, json options) {
    auto work = offload(parts_.threads, [&capabilities = parts_.capabilities, options,
                                         view = view_of(*machine, parts_.settings),
                                         context = CallContext()]() mutable {
        capabilities.require_available(view, options, context);
    });
    co_await std::move(work);
}

asio::awaitable<void> Lifecycle::warn_of_network_limit(Operation& operation, Ptr machine) {
    auto work =
        offload(parts_.threads,
                [wanted = machine->row.vmm, hypervisors = parts_.hypervisors]() -> std::string {
                    const auto vmms = hypervisors();
                    const auto* chosen = vmm::survey(wanted, *vmms).hypervisor;
                    return chosen == nullptr || chosen->capabilities().limits_network
                               ? std::string()
                               : std::string(chosen->name());
                });
    const std::string unlimited = co_await std::move(work);
    if (!unlimited.empty()) {
        operation.warn("this machine would run it with " + unlimited +
                       ", which limits no network: it does not start so; to take the limit away: "
                       "banger vm set " +
                       machine->name() + " --network-bandwidth off");
    }
}

json Lifecycle::changed_options(const Machine& machine, const json& options) const {
    json wanted = json::parse(machine.row.options);
    wanted.merge_patch(options);
    return parts_.capabilities.checked_options(wanted);
}

} // namespace banger::vm
