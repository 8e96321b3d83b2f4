#pragma once

#include <cstddef>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <string_view>

namespace vsock {

constexpr std::size_t most_head = 8192;        ///< of a reply's status line and header
constexpr std::size_t most_body = 256U * 1024; ///< of a reply that is kept
constexpr std::size_t most_reply = most_head + 2 * most_body; ///< of one that is kept, in chunks

/// Reads one HTTP reply of a guest from its bytes, however they are cut. Its head is bounded, and
/// so is a body that is kept. A body has a length or is chunked: that it ends with the stream is
/// refused.
class HttpReply {
  public:
    using Sink = std::function<void(std::string_view)>;
    /// The body is kept, or goes piece by piece, of any length, to `sink`.
    explicit HttpReply(Sink sink = {});
    ~HttpReply();

    /// Takes bytes; returns how many of them belong to the reply, which is less than all only when
    /// it is done. Throws Refused, and what the sink throws.
    std::size_t feed(std::string_view bytes);

    [[nodiscard]] bool has_head() const;
    [[nodiscard]] bool done() const;
    [[nodiscard]] unsigned status() const; ///< 0 before the head is there
    [[nodiscard]] bool keeps_stream() const;
    [[nodiscard]] const std::string& body() const { return body_; }

  private:
    struct Parser;
    std::string body_, held_;
    std::size_t room_ = std::numeric_limits<std::size_t>::max(); ///< for bytes that may still come
    std::unique_ptr<Parser> parser_;
};

/// "409: message", for people: of a reply of status 400 or more, whose body may be anything.
[[nodiscard]] std::string trouble_in(const HttpReply& reply);
/// "kind" of its error, or empty.
[[nodiscard]] std::string message_of_trouble(const HttpReply& reply); ///< "too many programs"
[[nodiscard]] std::string kind_of_trouble(const HttpReply& reply);

} // namespace vsock
