#pragma once

#include "plugin/call.hpp"
#include "plugin/gate.hpp"
#include "plugin/manifest.hpp"
#include "plugin/services.hpp"
#include "plugin/settings.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <set>
#include <string>

namespace banger::plugin {

class Background;
class Guard;
class HostView;

enum class State {
    disabled,    ///< switched off or not listed in config.yaml
    leaving,     ///< switched off, loaded only to give back what it held: leavers.hpp
    failed,      ///< a check, create or init refused it
    quarantined, ///< it ended daemons, or its probe: quarantine.hpp
    active,
    stuck,   ///< a call has not returned in time; recovers when it does
    faulted, ///< an exception left it: only cleaning up is still asked of it
    stopped, ///< the daemon ends
};
[[nodiscard]] std::string_view to_string(State state) noexcept;
/// The way back to active from what happened while it ran; empty of the others.
[[nodiscard]] std::string next_step(State state);

/// Which calls may run at the same time: never two with one key. Any thread.
class Lanes {
  public:
    enum class Entry { entered, late, cancelled, closed };
    /// Waits for the key, until the deadline, `cancel_fd` (-1: none) is readable or close().
    [[nodiscard]] Entry enter(const std::string& key, Deadline deadline, int cancel_fd);
    void leave(const std::string& key);
    /// Who is in there, for messages; empty when nobody.
    [[nodiscard]] std::string holder(const std::string& key) const;
    /// Waits until nobody is in any lane; false at the deadline.
    [[nodiscard]] bool wait_empty(Deadline deadline);
    void close(); ///< nobody enters any more
    void name_holder(const std::string& key, const std::string& text);

  private:
    mutable std::mutex lock_;
    std::condition_variable left_;
    std::map<std::string, std::string> busy_;
    bool closed_ = false;
};

/// One plugin that passed the loader's checks. Wired by the catalog, called through the guard.
class Plugin {
  public:
    Plugin(Manifest manifest, EntrySettings settings, const Settings& all, Services& services,
           Guard& guard);
    ~Plugin();

    const Manifest manifest;
    const EntrySettings settings;
    Services& services;
    Guard& guard;
    void* self = nullptr; ///< what create() made
    /// There is something to destroy(): create() succeeded, perhaps too late to count.
    std::atomic<bool> created{false};
    Lanes lanes;
    Gate gate; ///< to `services` and `guard`, from the plugin's threads and late calls
    std::atomic<int> jobs{0}; ///< long jobs that run

    [[nodiscard]] const std::string& id() const noexcept { return manifest.id; }
    [[nodiscard]] const banger_host* host() const noexcept;
    [[nodiscard]] HostView& view() noexcept { return *view_; }
    [[nodiscard]] Background& background() noexcept { return *background_; }

    [[nodiscard]] State state() const noexcept;
    /// It takes no part, or no part any more: stopped, or stuck for as long as a call is late.
    void retire_from_use();
    /// Why it is faulted or stuck, and since when; empty when neither: "before_start of VM web has
    /// not returned for 8 s".
    [[nodiscard]] std::string trouble() const;

    void fault(const std::string& why);
    /// A call that began then is late, until unstuck() on its thread.
    void stuck_in(const std::string& what, Call::Clock::time_point began);
    void unstuck();
    /// True when `task` will run once every late call has returned; false when none is late.
    [[nodiscard]] bool after_recovery(std::function<void()> task);

    /// The configured time for hooks, or what the plugin asks for, or `standard`.
    [[nodiscard]] std::chrono::milliseconds hook_timeout(std::chrono::milliseconds standard) const;

    /// The latest few are known for a while after their end, so that a plugin which uses one too
    /// late is told which. It has a handle.
    void remember(std::shared_ptr<Call> call);
    [[nodiscard]] std::uint16_t number() const noexcept { return number_; }
    /// A line about it, as long as there is a log.
    void log(const LogLine& line);

    // Calls of the plugin's own threads (thread.h).
    banger_call* open_call(const std::string& name, std::chrono::milliseconds timeout);
    void close_call(Call& call);
    /// And long jobs, and whatever begins from now on. What the jobs may take to clean up.
    std::chrono::milliseconds cancel_open_calls();
    [[nodiscard]] std::size_t open_calls() const;

    /// The end of a plugin, whatever threads are still in it: nothing of the host is reached from
    /// there any more, and the object stays for them, as its code does. False when one was still in
    /// a function of the host at the deadline.
    static bool retire(std::unique_ptr<Plugin> plugin, Deadline deadline);

  private:
    std::unique_ptr<HostView> view_;
    std::unique_ptr<Background> background_;
    std::atomic<State> state_{State::active};
    mutable std::mutex lock_;
    int stuck_ = 0;
    bool out_of_use_ = false;
    std::string trouble_;
    Call::Clock::time_point trouble_since_{};
    bool trouble_lasts_ = false; ///< a call is late; else it was a moment
    std::vector<std::function<void()>> recovery_;
    std::list<std::shared_ptr<Call>> open_;
    std::deque<std::shared_ptr<Call>> recent_;
    const std::uint16_t number_;
    bool closing_ = false;
};

} // namespace banger::plugin
