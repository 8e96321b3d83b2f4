#include "supervisor/connect_request.hpp"

#include <gtest/gtest.h>

#include <string>

namespace banger::supervisor {
namespace {

using State = ConnectRequest::State;

TEST(ConnectRequest, NamesAPortAndLeavesTheRest) {
    const ConnectRequest request("CONNECT 1024\nGET / HTTP/1.1\r\n");
    EXPECT_EQ(request.state(), State::good);
    EXPECT_EQ(request.port(), 1024U);
    EXPECT_EQ(request.size(), 13U);
    EXPECT_EQ(ConnectRequest("connect 4294967295\n").port(), 4294967295U);
}

TEST(ConnectRequest, MayComeInParts) {
    for (const char* part : {"", "C", "CONNECT 1", "nonsense so far"}) {
        EXPECT_EQ(ConnectRequest(part).state(), State::partial) << part;
    }
    EXPECT_EQ(ConnectRequest(std::string(33, '1')).state(), State::bad);
}

TEST(ConnectRequest, RefusesWhatIsNone) {
    for (const char* line : {"\n", "CONNECT\n", "CONNECT \n", "CONNECT x\n", "CONNECT -1\n",
                             "CONNECT 1 \n", "CONNECT  1\n", "CONNECT 4294967296\n",
                             "GET / HTTP/1\n", "CONNECT 0000000000000000000000000000001\n"}) {
        EXPECT_EQ(ConnectRequest(line).state(), State::bad) << line;
    }
}

} // namespace
} // namespace banger::supervisor
