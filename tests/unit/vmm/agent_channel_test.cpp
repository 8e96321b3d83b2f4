#include "vmm/agent_channel.hpp"

#include "os/file.hpp"
#include "os/temporary_dir.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

namespace banger::vmm {
namespace {

const VhostVsock present{true, "/dev/vhost-vsock", "", ""};
const VhostVsock absent{false, "/dev/vhost-vsock", "there is no /dev/vhost-vsock",
                        "sudo modprobe vhost_vsock"};

Capabilities able() {
    Capabilities can;
    can.vhost_vsock = true;
    return can;
}

TEST(AgentChannel, KindsHaveTheirNamesInConfigYaml) {
    for (const char* name : {"serial", "vsock", "auto"}) {
        EXPECT_EQ(to_string(channel_kind(name)), name);
    }
    EXPECT_THROW((void)channel_kind("virtio"), os::Error);
}

TEST(AgentChannel, SerialIsSerialWhateverTheMachineHas) {
    for (const VhostVsock& device : {present, absent}) {
        const AgentChannel channel = choose_channel(ChannelKind::serial, able(), device);
        EXPECT_FALSE(channel.vsock);
        EXPECT_FALSE(channel.refused);
        EXPECT_EQ(channel.fix, "");
    }
}

TEST(AgentChannel, VsockIsTakenWhereItCanBeHad) {
    for (const ChannelKind wanted : {ChannelKind::vsock, ChannelKind::automatic}) {
        const AgentChannel channel = choose_channel(wanted, able(), present);
        EXPECT_TRUE(channel.vsock);
        EXPECT_FALSE(channel.refused);
        EXPECT_EQ(channel.reason, "/dev/vhost-vsock can be used");
    }
}

TEST(AgentChannel, AutoFallsBackAndVsockRefusesBothWithTheReason) {
    for (const ChannelKind wanted : {ChannelKind::vsock, ChannelKind::automatic}) {
        const AgentChannel channel = choose_channel(wanted, able(), absent);
        EXPECT_FALSE(channel.vsock);
        EXPECT_EQ(channel.refused, wanted == ChannelKind::vsock);
        EXPECT_EQ(channel.reason, "there is no /dev/vhost-vsock");
        EXPECT_EQ(channel.fix, "sudo modprobe vhost_vsock");
    }
}

TEST(AgentChannel, AVmmWithoutTheDeviceHasNoVsock) {
    const AgentChannel channel = choose_channel(ChannelKind::automatic, {}, present);
    EXPECT_FALSE(channel.vsock);
    EXPECT_EQ(channel.reason, "this VMM has no vhost-vsock device");
    EXPECT_EQ(channel.fix, "");
}

TEST(AgentChannel, AVmmWithAVsockOfItsOwnLeavesNothingToChoose) {
    Capabilities can;
    can.own_vsock = true;
    can.no_vhost_vsock = "it has its own";
    for (const ChannelKind wanted :
         {ChannelKind::serial, ChannelKind::vsock, ChannelKind::automatic}) {
        const AgentChannel channel = choose_channel(wanted, can, absent);
        EXPECT_TRUE(channel.own);
        EXPECT_FALSE(channel.vsock);
        EXPECT_FALSE(channel.refused);
        EXPECT_EQ(channel.reason, "it has its own");
        EXPECT_EQ(channel.fix, "");
    }
}

TEST(VhostVsockProbe, SaysWhatIsMissing) {
    const os::TemporaryDir dir;
    const VhostVsock none = probe_vhost_vsock(dir.path() / "device");
    EXPECT_FALSE(none.usable);
    EXPECT_EQ(none.reason, "there is no " + (dir.path() / "device").string());
    EXPECT_EQ(none.fix, "sudo modprobe vhost_vsock");
    os::write_file_atomic(dir.path() / "device", "");
    EXPECT_TRUE(probe_vhost_vsock(dir.path() / "device").usable);
}

TEST(VhostVsockProbe, NamesTheRemedy) {
    if (::geteuid() == 0) {
        GTEST_SKIP() << "root may open every file";
    }
    const os::TemporaryDir dir;
    const auto device = dir.path() / "device";
    os::write_file_atomic(device, "", 0);
    const VhostVsock closed = probe_vhost_vsock(device);
    EXPECT_FALSE(closed.usable);
    EXPECT_NE(closed.reason.find("may not be used by this user"), std::string::npos);
    EXPECT_EQ(closed.fix, "chmod u+rw " + device.string());
}

} // namespace
} // namespace banger::vmm
