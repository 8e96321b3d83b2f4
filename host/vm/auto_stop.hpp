#pragma once

#include "vm/due_stop.hpp"
#include "vm/events.hpp"
#include "vm/machines.hpp"
#include "vm/offload.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace banger::vm {

class Capabilities;
class Lifecycle;

/// Stops VMs whose policy says so: those that were idle, or ran, for long enough. It tells before
/// (event vm.stops_soon; and who is logged in, when a lifetime ends). It sleeps while no VM that
/// runs has such a policy. [loop]
class AutoStop {
  public:
    struct Parts {
        Threads& threads;
        Machines& machines;
        Lifecycle& lifecycle;
        Capabilities& capabilities;
        Events& events;
        const Settings& settings;
        std::function<void(std::string_view level, const std::string& text)> log;
    };
    explicit AutoStop(Parts parts);

    /// For as long as the loop runs.
    [[nodiscard]] boost::asio::awaitable<void> run();

  private:
    using Time = std::chrono::steady_clock::time_point;
    struct Note {
        std::optional<DueStop::Why> warned;
        Time notice_ends; ///< of that warning
        Time next_try;    ///< after a stop that was refused, or failed
    };

    /// Does what is due; returns when it is to look again.
    Time look(Time now);
    Time look_at(Machine& machine, const DueStop& due, Time now);
    void warn(const Machine& machine, const DueStop& due, Time at, Time now);
    void stop(Machine& machine, const DueStop& due);

    Parts parts_;
    boost::asio::steady_timer timer_;
    Events::Subscription changes_;
    std::map<std::string, Note> notes_; ///< by VM id
};

} // namespace banger::vm
