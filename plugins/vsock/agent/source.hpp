#pragma once

#include "loop.hpp"
#include "session.hpp"

#include <functional>
#include <string_view>

namespace agent {

/// Reads a pipe or terminal no faster than its session has room. Its exchange calls resume() from
/// writable().
class Source {
  public:
    using Take = std::function<void(std::string_view)>;

    /// `ended` is called once when there is no more, from the loop.
    Source(Loop& loop, Fd fd, Session& session, Take take, std::function<void()> ended);

    void resume();
    /// Reads what is there now; false when the session had no room for all of it.
    [[nodiscard]] bool drain();
    [[nodiscard]] bool ended() const noexcept { return ended_; }
    [[nodiscard]] const Fd& fd() const noexcept { return fd_; }

  private:
    enum class Step { more, empty, full };
    [[nodiscard]] Step read();
    void ready();

    Loop& loop_;
    Fd fd_;
    Session& session_;
    Take take_;
    std::function<void()> on_end_;
    bool ended_ = false;
    Loop::Registration watch_;
};

} // namespace agent
