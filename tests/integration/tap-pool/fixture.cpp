#include "integration/tap-pool/fixture.hpp"

#include "net/netlink.hpp"
#include "os/file.hpp"

#include <nlohmann/json.hpp>

#include <utility>

#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sys/ioctl.h>

namespace banger::test {

os::UniqueFd open_tap(const std::string& name) {
    os::UniqueFd fd = os::open_file("/dev/net/tun", O_RDWR);
    ifreq request{};
    name.copy(request.ifr_name, IFNAMSIZ - 1);
    request.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR;
    EXPECT_EQ(::ioctl(fd.get(), TUNSETIFF, &request), 0);
    return fd;
}

void TapPoolTest::SetUp() {
    if (!space_.entered()) {
        GTEST_SKIP() << space_.reason();
    }
    start_daemon();
    EXPECT_EQ(reconcile_all().status, BANGER_OK);
    EXPECT_TRUE(host_->warnings.empty());
}

void TapPoolTest::start_daemon(const char* config, const char* state_dir) {
    const bool same = std::exchange(state_dir_, state_dir) == state_dir;
    FakeHost::Kept kept = host_ && same ? std::move(host_->kept) : FakeHost::Kept{};
    host_.reset();
    host_.emplace(TAP_POOL_PLUGIN, config, client_, state_dir);
    host_->kept = std::move(kept);
}

CallResult TapPoolTest::daemon_hook(banger_status (*banger_daemon_hooks::*hook)(void*,
                                                                                banger_call*)) {
    return host_->call([&](void* self, banger_call* call) {
        return (host_->table<banger_daemon_hooks>(BANGER_IFACE_DAEMON).*hook)(self, call);
    });
}

void TapPoolTest::stop_daemon() {
    (void)host_->call([&](void* self, banger_call* call) {
        host_->table<banger_daemon_hooks>(BANGER_IFACE_DAEMON).on_stop(self, call);
        return BANGER_OK;
    });
}

CallResult TapPoolTest::footprint() {
    return host_->call([&](void* self, banger_call* call) {
        return host_->table<banger_footprint>(BANGER_IFACE_FOOTPRINT).list_all(self, call);
    });
}

CallResult TapPoolTest::footprint_of(const FakeVm& vm) {
    const auto& list = host_->table<banger_footprint>(BANGER_IFACE_FOOTPRINT).list;
    return host_->ask(list, vm);
}

CallResult TapPoolTest::release(const nlohmann::json& object) {
    const std::string text = object.dump();
    return host_->call([&](void* self, banger_call* call) {
        return host_->table<banger_footprint>(BANGER_IFACE_FOOTPRINT)
            .release(self, call, {text.data(), text.size()});
    });
}

std::size_t TapPoolTest::taps() {
    std::size_t count = 0;
    for (const net::Link& link : net::links()) {
        count += link.kind == "tun" ? 1U : 0U;
    }
    return count;
}

std::optional<net::Link> TapPoolTest::link(const std::string& name) {
    net::Netlink netlink;
    return net::find_link(netlink, name);
}

} // namespace banger::test
