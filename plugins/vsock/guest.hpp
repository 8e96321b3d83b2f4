#pragma once

#include "agent_stream.hpp"
#include "clock_check.hpp"
#include "event.hpp"
#include "flow_limit.hpp"
#include "guest_view.hpp"
#include "lines.hpp"

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace vsock {

/// What a guest is watched for.
struct Watching {
    std::chrono::milliseconds sample{10000};
    bool clock = true;
};

/// Where news of guests go; called on the watcher's thread, and wait for nobody.
struct News {
    std::function<void(const GuestView&)> view;
    std::function<void(std::string_view type, const std::string& data_json)> event;
};

/// One guest, on the thread of its poller: a stream that its agent's events come by, made again
/// whenever it ends, and a second one for questions. Whatever the guest does ends its own streams.
class Guest {
  public:
    Guest(Poller& poller, const Watching& watching, GuestVm vm, News news);
    Guest(const Guest&) = delete;
    Guest& operator=(const Guest&) = delete;
    ~Guest();

    struct Wanted { ///< beside figures
        bool ports = false, titles = false, clock = false;
    };
    /// Asks for that, unless it still answers the last time.
    void sample(const Wanted& wanted);
    void look_at_ports(); ///< asks for them and their titles, behind what is asked already
    void check_clock();   ///< asks for the time now, or soon when that was just done
    void judge();         ///< is it silent? Called once in a sample's time

  private:
    enum class Question { stats, ports, titles, health, time, set_time };

    void listen();
    void open_events();
    void count(std::size_t bytes, std::size_t lines); ///< throws Refused when they are too many
    void take_events(std::string_view bytes);
    void take(const Event& event);
    void begin(const Health& health);
    void take(const Health& health);
    void become_ready();
    void become_booted(std::optional<std::vector<std::string>> failed_units);
    void lost(const std::string& why);
    [[nodiscard]] std::chrono::milliseconds pause();

    void ask_next();
    void ask(Question question);
    void take_answer(Question question, const HttpReply& reply);
    void take_stats(const std::string& body);
    bool take_ports(const std::string& body); ///< true: there is a new one
    void take_time(const std::string& body);
    void take_clock_set(const std::string& body);
    [[nodiscard]] bool has(std::string_view feature) const;

    void heard();
    void set_state(GuestState state);
    void tell();
    void publish(std::string_view type, std::string members_json = {});

    Poller& poller_;
    const Watching& watching_;
    News news_;
    GuestView view_;

    std::unique_ptr<AgentStream> events_;
    Lines lines_;
    FlowLimit flow_;
    bool greeted_ = false; ///< on this stream
    bool flooded_ = false;
    Steady::time_point greeted_at_;
    std::chrono::milliseconds pause_{0};
    Poller::TimerId again_ = 0, hello_ = 0;

    std::unique_ptr<AgentStream> questions_;
    std::deque<Question> asked_; ///< what is still to be asked
    Steady::time_point sampled_;
    bool told_booted_ = false;

    std::int64_t sent_ns_ = 0; ///< wall clock when the time was asked for
    Steady::time_point sent_;
    std::chrono::nanoseconds round_trip_{0};
    int clock_tries_ = 0;
    Steady::time_point clock_asked_, clock_set_;
    bool clock_due_ = false;
};

} // namespace vsock
