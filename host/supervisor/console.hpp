#pragma once

#include "os/unique_fd.hpp"
#include "supervisor/console_log.hpp"
#include "supervisor/loop.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace banger::supervisor {

/// The guest's serial port: the VMM's standard output into the log and to whoever is attached,
/// their input to the VMM's standard input. The port is a pipe, which joins the single bytes a VMM
/// writes, and it is read in turns: a guest that floods it waits for us instead of keeping us busy,
/// and never for ever, as each turn empties a pipe.
class Console {
  public:
    using Sink = std::function<void(std::string_view)>;

    Console(Loop& loop, ConsoleLog& log, os::UniqueFd output, os::UniqueFd input);

    /// `sink` gets what comes from now on; the returned key takes it off again.
    [[nodiscard]] std::uint64_t attach(Sink sink);
    void detach(std::uint64_t key) { sinks_.erase(key); }
    /// Typed input. What the guest does not read beyond 64 KiB is dropped.
    void type(std::string_view bytes);
    void drain(); ///< reads what is left, once the VMM is dead

  private:
    using Clock = std::chrono::steady_clock;
    [[nodiscard]] std::size_t receive();
    void turn();
    void flush_input();
    [[nodiscard]] std::chrono::milliseconds pause_after(std::size_t bytes);

    Loop& loop_;
    ConsoleLog& log_;
    os::UniqueFd output_;
    os::UniqueFd input_;
    std::map<std::uint64_t, Sink> sinks_;
    std::uint64_t next_key_ = 1;
    std::string typed_;
    double debt_ = 0; ///< bytes read lately, paid off at the sustained rate
    Clock::time_point paid_ = Clock::now();
    Loop::Registration reader_;
    Loop::Registration writer_;
    Loop::Registration pause_;
};

} // namespace banger::supervisor
