#pragma once

#include <functional>
#include <string>

namespace web {

/// An answer that goes on: text/event-stream. The connection opens it on the network thread, writes
/// what it is given, and closes it when the browser has gone.
class Feed {
  public:
    /// Any thread. False: the reader is gone or too slow, and the feed is to forget it.
    using Write = std::function<bool(std::string text)>;
    Feed() = default;
    Feed(const Feed&) = delete;
    Feed& operator=(const Feed&) = delete;
    virtual ~Feed() = default;

    virtual void open(Write write) = 0;
    virtual void close() noexcept = 0;
};

} // namespace web
