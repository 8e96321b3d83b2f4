#pragma once

#include "os/unique_fd.hpp"
#include "supervisor/console_log.hpp"
#include "supervisor/loop.hpp"
#include "supervisor/pace.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

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
    /// `sink` gets it too, and nobody is taken to watch for it.
    void overhear(Sink sink) { overheard_ = std::move(sink); }
    /// Typed input. What the guest does not read beyond 64 KiB is dropped.
    void type(std::string_view bytes);
    void drain(); ///< reads what is left, once the VMM is dead

  private:
    [[nodiscard]] std::size_t receive();
    void turn();
    void flush_input();

    Loop& loop_;
    ConsoleLog& log_;
    os::UniqueFd output_;
    os::UniqueFd input_;
    std::map<std::uint64_t, Sink> sinks_;
    Sink overheard_; ///< may be none
    std::uint64_t next_key_ = 1;
    std::string typed_;
    Pace pace_;
    Loop::Registration reader_;
    Loop::Registration writer_;
    Loop::Registration pause_;
};

} // namespace banger::supervisor
