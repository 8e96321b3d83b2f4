#include "channel_clients.hpp"

#include "os/unix_socket.hpp"
#include "supervisor/client.hpp"

#include <gtest/gtest.h>

#include <array>
#include <thread>

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace banger::supervisor {

os::UniqueFd ChannelClients::listener() const {
    os::UniqueFd fd = os::listen_unix(dir_.path() / "guest.sock");
    ::fcntl(fd.get(), F_SETFL, O_NONBLOCK);
    return fd;
}

void ChannelClients::with_loop(const std::function<void()>& body) {
    std::array<int, 2> wake{};
    ASSERT_EQ(::pipe2(wake.data(), O_CLOEXEC), 0);
    os::UniqueFd wait(wake[0]);
    os::UniqueFd done(wake[1]);
    const auto stop = loop.watch(wait.get(), EPOLLIN, [this](std::uint32_t) { loop.stop(); });
    std::thread thread([&] {
        body();
        done.reset();
    });
    loop.run();
    thread.join();
}

bool ChannelClients::run_until(const std::function<bool()>& so) {
    const auto deadline = std::chrono::steady_clock::now() + time_limit;
    while (!so() && std::chrono::steady_clock::now() < deadline) {
        const auto look = loop.after(std::chrono::milliseconds(10), [this] { loop.stop(); });
        loop.run();
    }
    return so();
}

os::UniqueFd ChannelClients::connect(std::uint32_t port) const {
    return Supervised(dir_.path(), {}, {}).connect_guest(port, time_limit);
}

os::UniqueFd ChannelClients::connect_raw(const std::string& first_bytes) const {
    os::UniqueFd fd = os::connect_unix(dir_.path() / "guest.sock");
    send(fd, first_bytes);
    return fd;
}

std::string ChannelClients::read_to_end(const os::UniqueFd& fd) {
    std::string text;
    std::array<char, 4096> buffer{};
    ssize_t n = 0;
    while ((n = ::read(fd.get(), buffer.data(), buffer.size())) > 0) {
        text.append(buffer.data(), static_cast<std::size_t>(n));
    }
    return text;
}

void ChannelClients::send(const os::UniqueFd& fd, const std::string& text) {
    os::send_all(fd.get(), text, time_limit);
}

void ChannelClients::expect_echo(const os::UniqueFd& fd, const std::string& text) {
    std::thread sender([&] {
        send(fd, text);
        ::shutdown(fd.get(), SHUT_WR);
    });
    EXPECT_EQ(read_to_end(fd), text);
    sender.join();
}

} // namespace banger::supervisor
