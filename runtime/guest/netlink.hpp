#pragma once

#include <linux/netlink.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "guest/fd.hpp"

namespace banger::guest {

/// One rtnetlink request being put together: header, the family's struct, attributes.
class NetlinkRequest {
  public:
    template <typename Body>
    NetlinkRequest(std::uint16_t type, std::uint16_t flags, const Body& body) {
        static_assert(std::is_trivially_copyable_v<Body>);
        begin(type, flags);
        append(&body, sizeof body);
    }

    NetlinkRequest& attribute(std::uint16_t type, const void* data, std::size_t size);
    template <typename T>
    NetlinkRequest& attribute(std::uint16_t type, const T& value) {
        static_assert(std::is_trivially_copyable_v<T>);
        return attribute(type, &value, sizeof value);
    }
    NetlinkRequest& text(std::uint16_t type, const std::string& value) {
        return attribute(type, value.c_str(), value.size() + 1);
    }

  private:
    friend class Netlink;
    void begin(std::uint16_t type, std::uint16_t flags);
    void append(const void* data, std::size_t size);

    std::vector<std::byte> bytes_;
};

/// A message of an answer: the family's struct, then attributes; valid during the callback only.
class NetlinkMessage {
  public:
    explicit NetlinkMessage(const nlmsghdr* header) : header_(header) {}

    /// The family's struct; nullptr when the message is too short for it.
    template <typename Body>
    [[nodiscard]] const Body* body() const {
        return header_->nlmsg_len >= NLMSG_LENGTH(sizeof(Body))
                   ? static_cast<const Body*>(NLMSG_DATA(header_))
                   : nullptr;
    }
    /// The bytes of an attribute that follows a struct of `body_size` bytes; empty when absent.
    [[nodiscard]] std::string_view attribute(std::size_t body_size, std::uint16_t type) const;

  private:
    const nlmsghdr* header_;
};

/// A conversation with the kernel's routing socket, one request at a time.
class Netlink {
  public:
    Netlink();

    /// Sends and waits for the kernel's verdict; throws std::system_error with `what`.
    void request(NetlinkRequest request, const std::string& what);
    /// Sends a dump request and hands over each message of the answer.
    void dump(NetlinkRequest request, const std::string& what,
              const std::function<void(const NetlinkMessage&)>& each);

  private:
    void send(NetlinkRequest& request, std::uint16_t extra_flags, const std::string& what);
    /// Reads until the verdict of the request sent last.
    void receive(const std::string& what, const std::function<void(const NetlinkMessage&)>& each);

    Fd fd_;
    std::uint32_t sequence_ = 0;
};

} // namespace banger::guest
