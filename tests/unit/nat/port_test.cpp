#include "port.hpp"

#include <banger/plugin.hpp>

#include <gtest/gtest.h>

namespace nat {
namespace {

std::string port_refusal(std::string_view text) {
    try {
        (void)Port::parse(text);
    } catch (const banger::Error& error) {
        EXPECT_EQ(error.code(), BANGER_E_INVALID);
        return error.what();
    }
    return "accepted";
}

TEST(Port, ReadsWhatItWrites) {
    for (const char* text :
         {"8080:80", "127.0.0.1:2222:22", "5353:53/udp", "192.0.2.1:1:65535/udp"}) {
        EXPECT_EQ(Port::parse(text).text(), text);
    }
    EXPECT_EQ(Port::parse("0.0.0.0:80:80").text(), "80:80");
    EXPECT_EQ(Port::parse("80:80/tcp").text(), "80:80");
    const Port port = Port::parse("127.0.0.1:2222:22");
    EXPECT_EQ(port.host, "127.0.0.1");
    EXPECT_EQ(port.port, 2222);
    EXPECT_EQ(port.guest_port, 22);
    EXPECT_EQ(port.protocol, "tcp");
}

TEST(Port, ProposesAnother) {
    EXPECT_EQ(Port::parse("8080:80").instead(), "--publish 9080:80");
    EXPECT_EQ(Port::parse("127.0.0.1:65000:53/udp").instead(), "--publish 127.0.0.1:1024:53/udp");
}

TEST(Port, NamesThePartThatIsWrong) {
    EXPECT_EQ(port_refusal("80"),
              "--publish: '80': a port of the host and one of the VM are needed");
    EXPECT_EQ(port_refusal("0:80"), "--publish: '0:80': '0' is no port from 1 to 65535");
    EXPECT_EQ(port_refusal("70000:80"),
              "--publish: '70000:80': '70000' is no port from 1 to 65535");
    EXPECT_EQ(port_refusal("80:"), "--publish: '80:': '' is no port from 1 to 65535");
    EXPECT_EQ(port_refusal("80:80/sctp"), "--publish: '80:80/sctp': 'sctp' is neither tcp nor udp");
    EXPECT_EQ(port_refusal("here:80:80"),
              "--publish: 'here:80:80': 'here' is no IPv4 address of this machine");
    EXPECT_EQ(port_refusal("-80:80"), "--publish: '-80:80': '-80' is no port from 1 to 65535");
}

TEST(Port, ClashesWhereBothWouldListen) {
    const auto clash = [](const char* a, const char* b) {
        return Port::parse(a).clashes(Port::parse(b)) && Port::parse(b).clashes(Port::parse(a));
    };
    EXPECT_TRUE(clash("80:80", "80:81"));
    EXPECT_TRUE(clash("80:80", "127.0.0.1:80:80"));
    EXPECT_FALSE(clash("127.0.0.1:80:80", "192.0.2.1:80:80"));
    EXPECT_FALSE(clash("80:80", "80:80/udp"));
    EXPECT_FALSE(clash("80:80", "81:80"));
}

} // namespace
} // namespace nat
