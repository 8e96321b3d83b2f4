#include "supervisor/start_vmm.hpp"

#include "supervisor/firecracker_link.hpp"
#include "supervisor/hybrid_vsock.hpp"
#include "supervisor/image_lock.hpp"
#include "supervisor/jail.hpp"
#include "supervisor/qmp_link.hpp"
#include "supervisor/serial_channel.hpp"
#include "supervisor/vmm_files.hpp"
#include "supervisor/vsock_channel.hpp"
#include "supervisor/vsock_device.hpp"

#include <utility>

namespace banger::supervisor {
namespace {

GuestRoute kernel_route(const vmm::Vsock& vsock) {
    GuestRoute route;
    route.dial = [cid = vsock.cid](std::uint32_t port) { return dial_guest(cid, port); };
    route.agent_key = vsock.key;
    return route;
}

GuestRoute hybrid_route(const vmm::RunFolder& run) {
    GuestRoute route;
    const auto socket = std::make_shared<HybridVsock>(run.vmm_vsock());
    route.dial = [socket](std::uint32_t port) { return socket->dial(port); };
    route.says_ok = true;
    return route;
}

Vmm qemu(Loop& loop, const vmm::SupervisorPlan& plan, os::UniqueFd guest, os::UniqueFd vsock,
         VmmLink::OnEvent on_event) {
    Vmm vmm{start_qemu(plan, std::move(vsock)), {}, {}, {}, {}, {}};
    vmm.link = std::make_unique<QmpLink>(loop, std::move(vmm.process.control), std::move(on_event));
    if (plan.vsock) {
        vmm.channel =
            std::make_unique<VsockChannel>(loop, std::move(guest), kernel_route(*plan.vsock));
    } else {
        vmm.channel =
            std::make_unique<SerialChannel>(loop, std::move(guest), std::move(vmm.process.channel));
    }
    return vmm;
}

Vmm firecracker(Loop& loop, const vmm::SupervisorPlan& plan, os::UniqueFd guest,
                VmmLink::OnEvent on_event) {
    vmm::SupervisorPlan reached = plan; // with the folder in which its sockets are
    std::vector<os::UniqueFd> images = lock_images(plan.images, plan.dir);
    os::UniqueFd log;
    if (!plan.jail) {
        remove_vmm_files({plan.run_dir});
        log = make_vmm_log({plan.run_dir});
    }
    Vmm vmm{start_firecracker(plan, images), {}, {}, {}, std::move(log), std::move(images)};
    if (plan.jail) {
        reached.run_dir = path_of(vmm.process.sockets);
        vmm.log = open_vmm_log({reached.run_dir});
    }
    vmm.link = std::make_unique<FirecrackerLink>(loop, reached, std::move(on_event));
    GuestRoute route = hybrid_route(vmm::RunFolder{reached.run_dir});
    vmm.dial = route.dial;
    vmm.channel = std::make_unique<VsockChannel>(loop, std::move(guest), std::move(route));
    return vmm;
}

} // namespace

Vmm start_vmm(Loop& loop, const vmm::SupervisorPlan& plan, os::UniqueFd guest, os::UniqueFd vsock,
              VmmLink::OnEvent on_event) {
    if (plan.control == vmm::Control::firecracker) {
        return firecracker(loop, plan, std::move(guest), std::move(on_event));
    }
    return qemu(loop, plan, std::move(guest), std::move(vsock), std::move(on_event));
}

} // namespace banger::supervisor
