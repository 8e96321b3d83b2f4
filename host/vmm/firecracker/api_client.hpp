#pragma once

#include "os/error.hpp"
#include "vmm/plan.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace banger::vmm::firecracker {

/// The client's end of a connection to Firecracker's API: passive, fed bytes and giving bytes.
/// Firecracker serves one request after the other, so one is under way at a time and the rest wait
/// behind it. Throws os::Error (invalid) on what is no HTTP, is larger than the limits or answers
/// nothing: then the connection is of no more use.
class ApiClient {
  public:
    static constexpr std::size_t max_request_body = 51'200; ///< Firecracker's own limit
    static constexpr std::size_t max_reply_head = 8U << 10U;
    static constexpr std::size_t max_reply_body = 64U << 10U;

    // NOLINTNEXTLINE(bugprone-exception-escape): moving JSON only asserts
    struct Reply {
        bool ok = false;     ///< status 200 to 299
        unsigned status = 0; ///< 0: no answer came
        std::string error;   ///< Firecracker's words when not ok
        nlohmann::json data; ///< the body; an object without members when there is none
    };
    using OnReply = std::function<void(const Reply&)>;

    ApiClient();
    ApiClient(ApiClient&& other) noexcept;
    ApiClient& operator=(ApiClient&& other) noexcept;
    ~ApiClient();

    /// May be called from within an answer. Throws invalid, and sends nothing, when the body is too
    /// large or the path is none.
    void call(const ApiRequest& request, OnReply on_reply);
    void feed(std::string_view bytes);
    /// The connection is over: every open call gets an error reply.
    void closed();

    [[nodiscard]] std::string_view pending() const noexcept { return out_; }
    void sent(std::size_t count) { out_.erase(0, count); }
    [[nodiscard]] bool idle() const noexcept { return calls_.empty(); } ///< no answer is awaited

  private:
    struct Parser;
    struct Call {
        std::string bytes; ///< empty once they are in out_
        OnReply on_reply;
    };

    void send_next();
    void answer();

    std::deque<Call> calls_; ///< the first is under way
    std::unique_ptr<Parser> parser_;
    std::string in_;
    std::string out_;
};

/// What the user is told of a reply that is not ok: the request is named, Firecracker's words are
/// kept.
[[nodiscard]] os::Error refusal(const ApiRequest& request, const ApiClient::Reply& reply);

} // namespace banger::vmm::firecracker
