#pragma once

#include "plugin/call.hpp"
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
    disabled, ///< switched off or not listed in config.yaml
    leaving,  ///< switched off, loaded only to give back what it held: leavers.hpp
    failed,   ///< a check, create or init refused it
    active,
    stuck,   ///< a call has not returned in time; recovers when it does
    faulted, ///< an exception left it: only cleaning up is still asked of it
    stopped, ///< the daemon ends
};
[[nodiscard]] std::string_view to_string(State state) noexcept;

/// Which calls may run at the same time: never two with one key. Any thread.
class Lanes {
  public:
    /// Waits for the key; false at the deadline or when `cancel_fd` (-1: none) is readable.
    [[nodiscard]] bool enter(const std::string& key, Deadline deadline, int cancel_fd);
    void leave(const std::string& key);
    /// Who is in there, for messages; empty when nobody.
    [[nodiscard]] std::string holder(const std::string& key) const;
    /// Waits until nobody is in any lane; false at the deadline.
    [[nodiscard]] bool wait_empty(Deadline deadline);
    void name_holder(const std::string& key, const std::string& text);

  private:
    mutable std::mutex lock_;
    std::condition_variable left_;
    std::map<std::string, std::string> busy_;
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
    Lanes lanes;
    std::atomic<int> jobs{0}; ///< long jobs that run

    [[nodiscard]] const std::string& id() const noexcept { return manifest.id; }
    [[nodiscard]] const banger_host* host() const noexcept;
    [[nodiscard]] HostView& view() noexcept { return *view_; }
    [[nodiscard]] Background& background() noexcept { return *background_; }

    [[nodiscard]] State state() const noexcept;
    void set_state(State state) noexcept { state_ = state; }
    /// Why it is faulted or stuck, and since when; empty when neither.
    [[nodiscard]] std::string trouble() const;

    void fault(const std::string& why);
    /// A call is late; `after` runs (on the late call's thread) when it has returned.
    void stuck_in(const std::string& what);
    void unstuck();
    /// True when `task` will run once every late call has returned; false when none is late.
    [[nodiscard]] bool after_recovery(std::function<void()> task);

    /// The configured time for hooks, or what the plugin asks for, or `standard`.
    [[nodiscard]] std::chrono::milliseconds hook_timeout(std::chrono::milliseconds standard) const;

    /// Keeps the latest calls for a while after their end, so that a plugin which uses one too late
    /// gets an error rather than memory of somebody else.
    void remember(std::shared_ptr<banger_call> call);

    // Calls of the plugin's own threads (thread.h).
    banger_call* open_call(const std::string& name, std::chrono::milliseconds timeout);
    void close_call(banger_call* call);
    void cancel_open_calls(); ///< and refuse new ones

  private:
    std::unique_ptr<HostView> view_;
    std::unique_ptr<Background> background_;
    std::atomic<State> state_{State::active};
    mutable std::mutex lock_;
    int stuck_ = 0;
    std::string trouble_;
    banger_call::Clock::time_point trouble_since_{};
    std::vector<std::function<void()>> recovery_;
    std::list<std::shared_ptr<banger_call>> open_;
    std::deque<std::shared_ptr<banger_call>> recent_;
    bool closing_ = false;
};

} // namespace banger::plugin
