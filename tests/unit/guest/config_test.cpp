#include "guest/config.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdexcept>

namespace banger::guest {
namespace {

std::string complaint(const std::string& json) {
    try {
        (void)parse_config(json);
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "accepted";
}

TEST(GuestConfig, ReadsEveryKey) {
    const Config config = parse_config(R"({
        "version": 1, "hostname": "testbox", "domain": "vm", "machine_id": "0123456789abcdef0123456789abcdef",
        "root": {"mode": "copy"},
        "network": [{"name": "eth0", "mac": "02:00:0a:0B:0c:0d", "address": "10.77.0.9/24", "gateway": "10.77.0.1", "mtu": 1400}],
        "resolv": {"nameservers": ["10.77.0.1", "fd00::1"], "search": ["vm"]},
        "hosts": [{"address": "127.0.1.1", "names": ["testbox.vm", "testbox"]}],
        "authorized_keys": {"root": ["ssh-ed25519 AAAA me"]},
        "ssh_host_keys": [{"type": "ed25519", "private": "-----BEGIN\n", "public": "ssh-ed25519 BBBB"}],
        "files": [{"path": "/etc/x", "mode": 420, "uid": 7, "gid": 8, "data": "aGk="}],
        "entropy": "AAEC", "time_unix_ns": 1700000000000000000})");
    EXPECT_EQ(config.hostname, "testbox");
    EXPECT_EQ(config.domain, "vm");
    EXPECT_EQ(config.root_mode, RootMode::copy);
    ASSERT_EQ(config.network.size(), 1U);
    const Nic& nic = config.network[0];
    EXPECT_EQ(*nic.mac, (Mac{2, 0, 10, 11, 12, 13}));
    EXPECT_EQ(nic.address->prefix, 24U);
    EXPECT_EQ(ntohl(nic.address->address.s_addr), 0x0a4d0009U);
    EXPECT_EQ(ntohl(nic.gateway->s_addr), 0x0a4d0001U);
    EXPECT_EQ(nic.mtu, 1400U);
    EXPECT_THAT(config.resolv->nameservers, testing::ElementsAre("10.77.0.1", "fd00::1"));
    EXPECT_THAT(config.hosts.at(0).names, testing::ElementsAre("testbox.vm", "testbox"));
    EXPECT_EQ(config.authorized_keys.at(0).user, "root");
    EXPECT_EQ(config.ssh_host_keys.at(0).type, "ed25519");
    EXPECT_EQ(config.files.at(0).data, "hi");
    EXPECT_EQ(config.files.at(0).uid, 7U);
    EXPECT_EQ(config.entropy, std::string("\0\1\2", 3));
    EXPECT_EQ(config.time_unix_ns, 1700000000000000000);
}

TEST(GuestConfig, EverythingButTheVersionIsOptionalAndUnknownKeysAreSkipped) {
    const Config config =
        parse_config(R"({"version": 1, "from_a_newer_host": {"a": [1]}, "resolv": null})");
    EXPECT_TRUE(config.hostname.empty());
    EXPECT_EQ(config.root_mode, RootMode::overlay);
    EXPECT_FALSE(config.resolv.has_value());
}

TEST(GuestConfig, ComplaintsNameTheKey) {
    using testing::HasSubstr;
    EXPECT_THAT(complaint("{"), HasSubstr("guest.json: "));
    EXPECT_THAT(complaint("[]"), HasSubstr("must be an object"));
    EXPECT_THAT(complaint("{}"), HasSubstr("'version' is missing"));
    EXPECT_THAT(complaint(R"({"version": 2})"), HasSubstr("version: 2 is not supported"));
    EXPECT_THAT(complaint(R"({"version": 1, "hostname": "-x"})"), HasSubstr("hostname: "));
    EXPECT_THAT(complaint(R"({"version": 1, "hostname": "a..b"})"), HasSubstr("hostname: "));
    EXPECT_THAT(complaint(R"({"version": 1, "machine_id": "XYZ"})"), HasSubstr("machine_id: "));
    EXPECT_THAT(complaint(R"({"version": 1, "root": {"mode": "tmpfs"}})"),
                HasSubstr("root.mode: 'tmpfs'"));
    EXPECT_THAT(complaint(R"({"version": 1, "network": {}})"),
                HasSubstr("network: must be a list"));
    EXPECT_THAT(complaint(R"({"version": 1, "network": [{}]})"),
                HasSubstr("network[0]: 'name' is missing"));
    EXPECT_THAT(complaint(R"({"version": 1, "network": [{"name": "eth0", "mac": "02:00"}]})"),
                HasSubstr("network[0].mac: "));
    EXPECT_THAT(
        complaint(R"({"version": 1, "network": [{"name": "eth0", "mac": "01:00:00:00:00:00"}]})"),
        HasSubstr("multicast"));
    EXPECT_THAT(
        complaint(R"({"version": 1, "network": [{"name": "eth0", "address": "10.0.0.1"}]})"),
        HasSubstr("no prefix length"));
    EXPECT_THAT(
        complaint(R"({"version": 1, "network": [{"name": "eth0", "address": "10.0.0.1/33"}]})"),
        HasSubstr("0 to 32"));
    EXPECT_THAT(
        complaint(R"({"version": 1, "network": [{"name": "eth0", "gateway": "10.0.0.1"}]})"),
        HasSubstr("needs an address"));
    EXPECT_THAT(complaint(R"({"version": 1, "network": [{"name": "../x"}]})"),
                HasSubstr("not an interface name"));
    EXPECT_THAT(complaint(R"({"version": 1, "resolv": {"nameservers": ["dns"]}})"),
                HasSubstr("resolv.nameservers[0]: "));
    EXPECT_THAT(
        complaint(R"({"version": 1, "hosts": [{"address": "127.0.1.1", "names": ["a\nb"]}]})"),
        HasSubstr("hosts[0].names[0]: "));
    EXPECT_THAT(complaint(R"({"version": 1, "authorized_keys": {"root": ["a\nb"]}})"),
                HasSubstr("authorized_keys.root[0]: contains a control"));
    EXPECT_THAT(complaint(R"({"version": 1, "authorized_keys": {"../x": []}})"),
                HasSubstr("not a user name"));
    EXPECT_THAT(
        complaint(
            R"({"version": 1, "ssh_host_keys": [{"type": "../x", "private": "", "public": ""}]})"),
        HasSubstr("ssh_host_keys[0].type: "));
    EXPECT_THAT(complaint(R"({"version": 1, "files": [{"path": "etc/x", "data": ""}]})"),
                HasSubstr("absolute"));
    EXPECT_THAT(complaint(R"({"version": 1, "files": [{"path": "/a/../b", "data": ""}]})"),
                HasSubstr("'..'"));
    EXPECT_THAT(complaint(R"({"version": 1, "files": [{"path": "/a", "data": "!"}]})"),
                HasSubstr("files[0].data: is not base64"));
    EXPECT_THAT(complaint(R"({"version": 1, "time_unix_ns": 99999999999999999999})"),
                HasSubstr("time_unix_ns: "));
    EXPECT_THAT(complaint(std::string(max_config_bytes + 1, ' ')), HasSubstr("is longer than"));
}

} // namespace
} // namespace banger::guest
