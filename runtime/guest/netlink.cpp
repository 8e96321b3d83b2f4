#include "guest/netlink.hpp"

#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cstring>

#include "guest/failure.hpp"

namespace banger::guest {

void NetlinkRequest::begin(std::uint16_t type, std::uint16_t flags) {
    nlmsghdr header{};
    header.nlmsg_type = type;
    header.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
    append(&header, sizeof header);
}

void NetlinkRequest::append(const void* data, std::size_t size) {
    const auto* bytes = static_cast<const std::byte*>(data);
    bytes_.insert(bytes_.end(), bytes, bytes + size);
    bytes_.resize(NLMSG_ALIGN(bytes_.size()));
}

NetlinkRequest& NetlinkRequest::attribute(std::uint16_t type, const void* data, std::size_t size) {
    rtattr header{.rta_len = static_cast<unsigned short>(RTA_LENGTH(size)), .rta_type = type};
    append(&header, sizeof header);
    append(data, size);
    return *this;
}

std::string_view NetlinkMessage::attribute(std::size_t body_size, std::uint16_t type) const {
    const auto* begin = static_cast<const char*>(NLMSG_DATA(header_));
    std::size_t length = header_->nlmsg_len - NLMSG_HDRLEN;
    std::size_t at = NLMSG_ALIGN(body_size);
    while (at + sizeof(rtattr) <= length) {
        rtattr header{};
        std::memcpy(&header, begin + at, sizeof header);
        if (header.rta_len < sizeof header || at + header.rta_len > length)
            break;
        if ((header.rta_type & NLA_TYPE_MASK) == type)
            return {begin + at + RTA_LENGTH(0),
                    header.rta_len - static_cast<std::size_t>(RTA_LENGTH(0))};
        at += RTA_ALIGN(header.rta_len);
    }
    return {};
}

Netlink::Netlink() : fd_(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)) {
    if (!fd_)
        fail_errno("open a netlink socket");
}

void Netlink::send(NetlinkRequest& request, std::uint16_t extra_flags, const std::string& what) {
    nlmsghdr header{};
    std::memcpy(&header, request.bytes_.data(), sizeof header);
    header.nlmsg_len = static_cast<__u32>(request.bytes_.size());
    header.nlmsg_flags |= extra_flags;
    header.nlmsg_seq = ++sequence_;
    std::memcpy(request.bytes_.data(), &header, sizeof header);
    if (::send(fd_.get(), request.bytes_.data(), request.bytes_.size(), 0) < 0)
        fail_errno(what);
}

void Netlink::receive(const std::string& what,
                      const std::function<void(const NetlinkMessage&)>& each) {
    alignas(nlmsghdr) char buffer[32768];
    while (true) {
        ssize_t n = ::recv(fd_.get(), buffer, sizeof buffer, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            fail_errno(what);
        auto left = static_cast<unsigned>(n);
        for (const auto* header = reinterpret_cast<const nlmsghdr*>(buffer); NLMSG_OK(header, left);
             header = NLMSG_NEXT(header, left)) {
            if (header->nlmsg_seq != sequence_)
                continue;
            if (header->nlmsg_type == NLMSG_DONE)
                return;
            if (header->nlmsg_type == NLMSG_ERROR) {
                errno = -static_cast<const nlmsgerr*>(NLMSG_DATA(header))->error;
                if (errno != 0)
                    fail_errno(what);
                return;
            }
            each(NetlinkMessage(header));
        }
    }
}

void Netlink::request(NetlinkRequest request, const std::string& what) {
    send(request, NLM_F_ACK, what);
    receive(what, [](const NetlinkMessage&) {});
}

void Netlink::dump(NetlinkRequest request, const std::string& what,
                   const std::function<void(const NetlinkMessage&)>& each) {
    send(request, NLM_F_DUMP, what);
    receive(what, each);
}

} // namespace banger::guest
