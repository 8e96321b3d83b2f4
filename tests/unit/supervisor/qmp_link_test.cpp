// The link, with a QEMU that answers by hand at the other end of its socket.
#include "supervisor/qmp_link.hpp"

#include "os/file.hpp"
#include "os/unix_socket.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <string>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/socket.h>

namespace banger::supervisor {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

class QmpLinkTest : public testing::Test {
  protected:
    os::UniqueFd socket() { // whose other end is QEMU's
        std::array<int, 2> ends{};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
        ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
        qemu.reset(ends[1]);
        return os::UniqueFd(ends[0]);
    }
    void turn() { // of the loop, until all that is there is read and sent
        const auto stop = loop.after(50ms, [this] { loop.stop(); });
        loop.run();
    }
    void says(const json& message) {
        os::send_all(qemu.get(), message.dump() + "\n", 5s);
        turn();
    }
    json hears() { return json::parse(os::read_line(qemu.get(), 5s).value_or("null")); }

    os::UniqueFd qemu;
    Loop loop;
    QmpLink link{loop, socket(), [](VmmEvent, const std::string&) {}};
};

TEST_F(QmpLinkTest, ADiskGrowsByTheNodeThatTheGuestsDeviceHas) {
    std::string told;
    const auto tell = [&told](const os::Error* error) {
        told += error == nullptr ? "done" : error->what();
    };
    link.resize_disk({"work", "work", "work.ext4"}, 8589934592U, tell);
    link.resize_disk({"work", "work", "work.ext4"}, 512, tell);
    says({{"QMP", json::object()}});
    EXPECT_EQ(hears().at("execute"), "qmp_capabilities");
    const json asked = hears();
    EXPECT_EQ(asked.at("execute"), "block_resize");
    EXPECT_EQ(asked.at("arguments"), (json{{"node-name", "work"}, {"size", 8589934592U}}));
    const json second = hears();
    says({{"return", json::object()}, {"id", asked.at("id")}});
    EXPECT_EQ(told, "done");
    says({{"error", {{"class", "GenericError"}, {"desc", "no room"}}}, {"id", second.at("id")}});
    EXPECT_EQ(told, "doneQEMU: no room");
}

} // namespace
} // namespace banger::supervisor
