#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

struct nl_msg;
struct nl_sock;
struct nlmsghdr;

namespace banger::net {

/// One rtnetlink request in the making: a fixed part, then attributes (rtnetlink(7)).
class Message {
  public:
    Message(int type, int flags);

    Message& header(const void* data, std::size_t size);
    template <class T>
    Message& header(const T& fixed) {
        return header(&fixed, sizeof fixed);
    }
    Message& text(int attribute, std::string_view value); ///< NUL-terminated
    Message& bytes(int attribute, const void* data, std::size_t size);
    Message& u8(int attribute, std::uint8_t value);
    Message& u16(int attribute, std::uint16_t value);
    Message& u32(int attribute, std::uint32_t value);
    /// Attributes that `fill` adds stand inside this one.
    Message& nest(int attribute, const std::function<void(Message&)>& fill);

    [[nodiscard]] nl_msg* get() const noexcept { return message_.get(); }

  private:
    struct Free {
        void operator()(nl_msg* message) const noexcept;
    };
    std::unique_ptr<nl_msg, Free> message_;
};

/// A socket to the kernel's network configuration, in the network namespace of the thread that
/// made it. One request at a time; not for several threads.
class Netlink {
  public:
    Netlink();

    using Visit = std::function<void(nlmsghdr*)>;
    /// Sends, hands each answer to `visit`, returns after the kernel's acknowledgement (or the end
    /// of a dump). The errno of a refusal, 0 when done.
    [[nodiscard]] int exchange(Message& message, const Visit& visit = {});
    /// exchange(), where a refusal throws with `what` in front.
    void request(Message& message, std::string_view what, const Visit& visit = {});
    /// All objects of one kind, e.g. RTM_GETROUTE of AF_INET; repeated when one changed meanwhile.
    /// `fixed` is the request's fixed part. `restart` is called before each try.
    template <class T>
    void dump(int type, const T& fixed, const std::function<void()>& restart, const Visit& visit) {
        dump(type, &fixed, sizeof fixed, restart, visit);
    }

  private:
    void dump(int type, const void* fixed, std::size_t size, const std::function<void()>& restart,
              const Visit& visit);
    struct Close {
        void operator()(nl_sock* socket) const noexcept;
    };
    std::unique_ptr<nl_sock, Close> socket_;
};

} // namespace banger::net
