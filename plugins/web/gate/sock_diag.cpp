#include "sock_diag.hpp"

#include <array>
#include <cstring>

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace web {
namespace {

struct DiagRequest {
    nlmsghdr head;
    inet_diag_req_v2 what;
};

/// A netlink socket for one question.
class Diag {
  public:
    Diag() noexcept
        : fd_(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG)) {}
    ~Diag() {
        if (fd_ >= 0) {
            ::close(fd_);
        }
    }
    Diag(const Diag&) = delete;
    Diag& operator=(const Diag&) = delete;

    [[nodiscard]] bool ask(const DiagRequest& request) const {
        sockaddr_nl kernel{};
        kernel.nl_family = AF_NETLINK;
        return fd_ >= 0 && ::sendto(fd_, &request, sizeof request, 0,
                                    reinterpret_cast<const sockaddr*>(&kernel),
                                    sizeof kernel) == static_cast<ssize_t>(sizeof request);
    }
    /// The kernel has answered within ask(): nothing is waited for.
    [[nodiscard]] ssize_t read(char* bytes, std::size_t size) const {
        sockaddr_nl from{};
        socklen_t from_size = sizeof from;
        const ssize_t got =
            ::recvfrom(fd_, bytes, size, MSG_TRUNC, reinterpret_cast<sockaddr*>(&from), &from_size);
        return from.nl_pid == 0 && from_size == sizeof from ? got : -1; // 0: the kernel
    }

  private:
    int fd_;
};

DiagRequest question(std::uint16_t own, std::uint16_t peer) {
    DiagRequest request{};
    request.head.nlmsg_len = sizeof request;
    request.head.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    request.head.nlmsg_flags = NLM_F_REQUEST; // no dump: the one with this tuple
    request.head.nlmsg_seq = 1;
    request.what.sdiag_family = AF_INET;
    request.what.sdiag_protocol = IPPROTO_TCP;
    request.what.idiag_states = ~0U;
    request.what.id.idiag_sport = htons(own);
    request.what.id.idiag_dport = htons(peer);
    request.what.id.idiag_src[0] = htonl(INADDR_LOOPBACK);
    request.what.id.idiag_dst[0] = peer == 0 ? 0 : htonl(INADDR_LOOPBACK);
    request.what.id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
    request.what.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
    return request;
}

} // namespace

std::optional<TcpSocket> find_tcp_socket(std::uint16_t own, std::uint16_t peer) {
    const Diag diag;
    if (!diag.ask(question(own, peer))) {
        return std::nullopt;
    }
    alignas(nlmsghdr) std::array<char, 4096> bytes{};
    const ssize_t size = diag.read(bytes.data(), bytes.size());
    if (size < static_cast<ssize_t>(NLMSG_LENGTH(sizeof(inet_diag_msg))) ||
        size > static_cast<ssize_t>(bytes.size())) {
        return std::nullopt;
    }
    nlmsghdr head{};
    inet_diag_msg found{};
    std::memcpy(&head, bytes.data(), sizeof head);
    std::memcpy(&found, bytes.data() + NLMSG_HDRLEN, sizeof found);
    // Where no connection has the tuple the kernel gives whoever listens at that port.
    const bool is_that =
        found.id.idiag_sport == htons(own) &&
        (found.idiag_state == TCP_LISTEN ? peer == 0 : found.id.idiag_dport == htons(peer));
    if (head.nlmsg_type != SOCK_DIAG_BY_FAMILY || head.nlmsg_len > size || !is_that) {
        return std::nullopt;
    }
    return TcpSocket{found.idiag_state, found.idiag_uid, found.idiag_inode};
}

} // namespace web
