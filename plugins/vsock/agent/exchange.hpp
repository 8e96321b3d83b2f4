#pragma once

#include <cstddef>
#include <string_view>

namespace agent {

/// One request while it is answered. It answers through its Session, at once or later; the session
/// drops it when the answer is complete or the connection is gone. Any call may throw Refusal.
class Exchange {
  public:
    virtual ~Exchange() = default;
    virtual void body(std::string_view bytes) = 0; ///< the next part of the request's body
    virtual void end() = 0;                        ///< the body is whole
    virtual void writable() {}                     ///< the session has room again
    /// After an upgrade, instead of body(): returns how many bytes it takes now.
    [[nodiscard]] virtual std::size_t frames(std::string_view bytes) { return bytes.size(); }
    /// The client sends no more. True: the answer has lost its sense.
    [[nodiscard]] virtual bool input_ended() { return false; }
};

} // namespace agent
