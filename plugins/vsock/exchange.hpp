#pragma once

#include "descriptor.hpp"
#include "http_reply.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include <banger/cpp/error.hpp>

namespace vsock {

/// An agent that did not do what it was asked, in words for who asked: of which VM, what it was,
/// and what tells more. "the agent of VM web did not answer within 10 s"
[[nodiscard]] banger::Error silent_agent(const std::string& vm, std::chrono::milliseconds limit);
[[nodiscard]] banger::Error broken_agent(const std::string& vm, const std::string& what);

/// One request on an open, blocking stream to the agent of the VM of that name, for a hook that
/// waits for the answer. Ends with banger::Error when the time is over, `cancel_fd` is readable, or
/// the guest breaks off.
class Exchange {
  public:
    Exchange(std::string vm, Descriptor stream, std::chrono::milliseconds limit, int cancel_fd);

    void send(std::string_view request);
    [[nodiscard]] std::unique_ptr<HttpReply> read_reply();
    /// The head of a reply and not a byte more: what follows a 101 belongs to somebody else.
    [[nodiscard]] std::unique_ptr<HttpReply> read_head();
    /// The rest of a reply whose head was read.
    void read_rest(HttpReply& reply);
    [[nodiscard]] int release() { return stream_.release(); }
    [[nodiscard]] const std::string& vm() const noexcept { return vm_; }

  private:
    void wait(short events);
    [[nodiscard]] std::size_t receive(char* buffer, std::size_t size);

    std::string vm_;
    Descriptor stream_;
    std::chrono::milliseconds limit_;
    std::chrono::steady_clock::time_point deadline_;
    int cancel_fd_;
};

/// POST /v1/power; returns when the agent has taken the order. E_UNAVAILABLE when it does not.
void ask_power(Exchange& exchange, std::string_view action, std::string_view reason);

/// POST /v1/exec; the stream at the first frame.
[[nodiscard]] int start_program(Exchange& exchange, std::string_view request_json);

} // namespace vsock
