#include "fake_resolver.hpp"

#include <array>
#include <cstring>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace dns::test {
namespace {

constexpr std::size_t header = 12;

std::string first_label(const std::string& query) {
    return query.size() > header
               ? query.substr(header + 1, static_cast<unsigned char>(query[header]))
               : std::string();
}

int listener(int type, std::uint16_t port) {
    const int fd = ::socket(AF_INET, type | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&at), sizeof at), 0);
    EXPECT_TRUE(type != SOCK_STREAM || ::listen(fd, 16) == 0);
    return fd;
}

} // namespace

FakeResolver::FakeResolver(std::string address, bool broken)
    : address_(std::move(address)), broken_(broken), udp_(listener(SOCK_DGRAM, 0)),
      stop_(::eventfd(0, EFD_CLOEXEC)) {
    sockaddr_in own{};
    socklen_t size = sizeof own;
    EXPECT_EQ(::getsockname(udp_, reinterpret_cast<sockaddr*>(&own), &size), 0);
    port_ = ntohs(own.sin_port);
    tcp_ = listener(SOCK_STREAM, port_);
    thread_ = std::thread([this] { serve(); });
}

FakeResolver::~FakeResolver() {
    const std::uint64_t one = 1;
    EXPECT_EQ(::write(stop_, &one, sizeof one), 8);
    thread_.join();
    for (const int fd : {udp_, tcp_, stop_}) {
        ::close(fd);
    }
}

void FakeResolver::serve() {
    for (;;) {
        std::array<pollfd, 3> fds{{{stop_, POLLIN, 0}, {udp_, POLLIN, 0}, {tcp_, POLLIN, 0}}};
        (void)::poll(fds.data(), fds.size(), -1);
        if (fds[0].revents != 0) {
            return;
        }
        if (fds[1].revents != 0) {
            serve_udp();
        }
        if (fds[2].revents != 0) {
            serve_tcp();
        }
    }
}

std::string FakeResolver::reply(const std::string& query, bool with_answer) const {
    std::string reply = query;
    reply[2] = static_cast<char>(0x81);
    reply[3] = static_cast<char>(0x80);
    if (with_answer) {
        reply.resize(header); // without the client's OPT
        std::size_t end = header;
        while (query[end] != 0) {
            end += 1U + static_cast<unsigned char>(query[end]);
        }
        reply += query.substr(header, end + 5 - header);
        reply[7] = 1;
        reply[11] = 0;
        in_addr raw{};
        EXPECT_EQ(::inet_pton(AF_INET, address_.c_str(), &raw), 1);
        reply += std::string("\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4", 12);
        reply.append(reinterpret_cast<const char*>(&raw), 4);
    }
    return reply;
}

void FakeResolver::serve_udp() {
    std::array<char, 4096> buffer{};
    sockaddr_in from{};
    socklen_t size = sizeof from;
    const ssize_t n = ::recvfrom(udp_, buffer.data(), buffer.size(), 0,
                                 reinterpret_cast<sockaddr*>(&from), &size);
    if (n < 12) {
        return;
    }
    ++by_udp;
    const std::string query(buffer.data(), static_cast<std::size_t>(n));
    const std::string how = first_label(query);
    const auto send = [&](const std::string& bytes) {
        (void)::sendto(udp_, bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&from),
                       size);
    };
    if (broken_ || how == "servfail") {
        std::string bad = reply(query, false);
        bad[3] = static_cast<char>(0x82);
        send(bad);
    } else if (how == "wrongid" || how == "forged") {
        std::string other = reply(query, true);
        other.back() = 66;
        if (how == "wrongid") {
            other[1] = static_cast<char>(other[1] + 1);
        } else {
            other[header + 1] = 'F';
            other[header + 2] = 'x';
        }
        send(other);
        send(reply(query, true));
    } else if (how == "cut" || how == "cutonly") {
        std::string cut = reply(query, false);
        cut[2] = static_cast<char>(0x83);
        send(cut);
    } else if (how != "silent") {
        send(reply(query, true));
    }
}

void FakeResolver::serve_tcp() {
    const int fd = ::accept4(tcp_, nullptr, nullptr, SOCK_CLOEXEC);
    std::array<char, 4096> buffer{};
    const ssize_t n = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (n > 14) {
        ++by_tcp;
        const std::string query(buffer.data() + 2, static_cast<std::size_t>(n - 2));
        if (first_label(query) != "cutonly") {
            const std::string answer = reply(query, true);
            const std::string framed = std::string{static_cast<char>(answer.size() >> 8U),
                                                   static_cast<char>(answer.size() & 0xffU)} +
                                       answer;
            (void)::send(fd, framed.data(), 1, MSG_NOSIGNAL); // in two parts
            (void)::send(fd, framed.data() + 1, framed.size() - 1, MSG_NOSIGNAL);
        }
    }
    ::close(fd);
}

} // namespace dns::test
