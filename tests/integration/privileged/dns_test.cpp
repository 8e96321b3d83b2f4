// The dns verbs on a real packet filter, in a network namespace of the test's own; and the way of a
// guest's packet through the redirect, also where nat closes the host's services.

#include "verb_fixture.hpp"

#include "net/nftables.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "os/run.hpp"
#include "privileged/dns_table.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <optional>

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

namespace banger::privileged {
namespace {

using nlohmann::json;
using os::ErrorKind;

class DnsTest : public VerbFixture {
  protected:
    void SetUp() override {
        VerbFixture::SetUp();
        if (!IsSkipped()) {
            run("bridge-ensure", {{"bridge", "banger"}, {"address", "172.30.88.1/24"}});
        }
    }

    ErrorKind refused(const json& args, uid_t caller = 1000) {
        return refusal("dns-apply", args, caller).kind();
    }
    static json args(int port = 5390) {
        return {{"tag", "aa"}, {"bridge", "banger"}, {"address", "172.30.88.1"}, {"port", port}};
    }
    json tables(uid_t caller = 1000) {
        return run("dns-show", json::object(), caller).at("tables");
    }
    static void ip(std::vector<std::string> words) {
        words.insert(words.begin(), "ip");
        const os::Output output = os::run(words);
        ASSERT_TRUE(output.status.ok()) << output.err;
    }
};

TEST_F(DnsTest, TheTableIsThereAndGone) {
    run("dns-apply", args());
    run("dns-apply", args(6000));
    EXPECT_EQ(tables(),
              json::array({{{"name", "bangerdns_1000_aa"}, {"tag", "aa"}, {"mine", true}}}));
    EXPECT_EQ(tables(1001)[0]["mine"], false);
    EXPECT_EQ(run("dns-delete", {{"tag", "aa"}}, 1001)["existed"], false) << "another's";
    EXPECT_EQ(run("nat-show", json::object())["tables"].size(), 0U)
        << "nat does not take it for its own";
    EXPECT_EQ(run("dns-delete", {{"tag", "aa"}})["existed"], true);
    EXPECT_EQ(run("dns-delete", {{"tag", "aa"}})["existed"], false);
    EXPECT_TRUE(tables().empty());
}

TEST_F(DnsTest, RefusesWhatIsNotHis) {
    EXPECT_EQ(refused(args(), 1001), ErrorKind::conflict);
    EXPECT_EQ(refused(args(53)), ErrorKind::invalid) << "a port of the system";
    json other = args();
    other["address"] = "172.30.88.9";
    EXPECT_EQ(refused(other), ErrorKind::conflict);
    other = args();
    other["bridge"] = "eth0";
    EXPECT_EQ(refused(other), ErrorKind::invalid);
    other = args();
    other["bridge"] = "banger9";
    EXPECT_EQ(refused(other), ErrorKind::not_found);
    other = args();
    other["tag"] = "a\"; drop";
    EXPECT_EQ(refused(other), ErrorKind::invalid);
    other = args();
    other["rules"] = "x";
    EXPECT_EQ(refused(other), ErrorKind::invalid);
    EXPECT_TRUE(tables().empty());
}

/// A "guest": another network namespace, connected by a veth to the bridge.
class Guest {
  public:
    Guest() {
        home_ = os::open_file("/proc/thread-self/ns/net", O_RDONLY);
        EXPECT_EQ(::unshare(CLONE_NEWNET), 0);
        own_ = os::open_file("/proc/thread-self/ns/net", O_RDONLY);
        leave();
    }
    void enter() const { EXPECT_EQ(::setns(own_.get(), CLONE_NEWNET), 0); }
    void leave() const { EXPECT_EQ(::setns(home_.get(), CLONE_NEWNET), 0); }
    [[nodiscard]] std::string path() const {
        return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(own_.get());
    }

  private:
    os::UniqueFd home_, own_;
};

sockaddr_in at(const char* address, int port) {
    sockaddr_in result{};
    result.sin_family = AF_INET;
    result.sin_port = htons(static_cast<std::uint16_t>(port));
    inet_pton(AF_INET, address, &result.sin_addr);
    return result;
}

bool readable(int fd) {
    pollfd waiting{fd, POLLIN, 0};
    return ::poll(&waiting, 1, 1000) == 1;
}

TEST_F(DnsTest, AGuestsQuestionArrivesEvenWhereTheHostIsClosed) {
    if (!os::find_program("ip")) {
        GTEST_SKIP() << "ip is not installed (package iproute2)";
    }
    const Guest guest;
    ip({"link", "add", "bgrguest", "type", "veth", "peer", "name", "eth0", "netns", guest.path()});
    ip({"link", "set", "bgrguest", "master", "banger", "up"});
    ip({"link", "set", "lo", "up"});
    guest.enter();
    ip({"addr", "add", "172.30.88.2/24", "dev", "eth0"});
    ip({"link", "set", "eth0", "up"});
    guest.leave();
    run("dns-apply", args());
    run("nat-apply", {{"tag", "aa"},
                      {"bridge", "banger"},
                      {"subnet", "172.30.88.0/24"},
                      {"guests", json::array()},
                      {"ports", json::array()},
                      {"closed", json::array()},
                      {"host_access", false},
                      {"dns_port", 53}});

    const auto listen = [](int type, int port) {
        os::UniqueFd fd(::socket(AF_INET, type | SOCK_CLOEXEC, 0));
        const sockaddr_in own = at("172.30.88.1", port);
        EXPECT_EQ(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&own), sizeof own), 0);
        EXPECT_TRUE(type != SOCK_STREAM || ::listen(fd.get(), 4) == 0);
        return fd;
    };
    const os::UniqueFd udp = listen(SOCK_DGRAM, 5390);
    const os::UniqueFd tcp = listen(SOCK_STREAM, 5390);
    const os::UniqueFd other = listen(SOCK_DGRAM, 6000);

    guest.enter();
    const auto connect = [](int type, int port) {
        os::UniqueFd fd(::socket(AF_INET, type | SOCK_CLOEXEC, 0));
        const sockaddr_in to = at("172.30.88.1", port);
        EXPECT_EQ(::connect(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to), 0)
            << type << " " << port;
        return fd;
    };
    const os::UniqueFd asking = connect(SOCK_DGRAM, 53);
    const os::UniqueFd closed = connect(SOCK_DGRAM, 6000);
    const os::UniqueFd stream = connect(SOCK_STREAM, 53);
    EXPECT_EQ(::send(asking.get(), "q", 1, 0), 1);
    EXPECT_EQ(::send(closed.get(), "q", 1, 0), 1);
    guest.leave();

    ASSERT_TRUE(readable(udp.get()));
    sockaddr_in from{};
    socklen_t size = sizeof from;
    char byte = 0;
    EXPECT_EQ(::recvfrom(udp.get(), &byte, 1, 0, reinterpret_cast<sockaddr*>(&from), &size), 1);
    EXPECT_EQ(ntohl(from.sin_addr.s_addr), 0xac1e5802U) << "the guest's own address";
    EXPECT_EQ(::sendto(udp.get(), "a", 1, 0, reinterpret_cast<sockaddr*>(&from), size), 1);
    EXPECT_TRUE(readable(asking.get())) << "the answer comes from port 53";
    EXPECT_TRUE(readable(tcp.get()));
    EXPECT_FALSE(readable(other.get())) << "other services of the host stay closed";
}

TEST(OwnTable, KnowsItsOwnNames) {
    const OwnTable table{dns_kind, 1000, "k3x9a0"};
    EXPECT_EQ(OwnTable::parse(dns_kind, table.name()), table);
    for (const char* name : {"banger_1000_aa", "bangerdns_", "bangerdns_x_y", "bangerdns_1000_"}) {
        EXPECT_FALSE(OwnTable::parse(dns_kind, name)) << name;
    }
}

} // namespace
} // namespace banger::privileged
