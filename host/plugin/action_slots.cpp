#include "plugin/action_slots.hpp"

#include "os/error.hpp"
#include "plugin/limits.hpp"

namespace banger::plugin {

using Clock = std::chrono::steady_clock;

ActionSlots::Slot::Slot(ActionSlots& of, const std::string& plugin, const std::string& what)
    : of_(of), plugin_(plugin) {
    const std::scoped_lock hold(of_.lock_);
    auto& busy = of_.busy_[plugin_];
    if (busy.size() >= limits::actions) {
        const auto& [oldest, since] = busy.front();
        const auto time = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - since);
        throw os::Error(os::ErrorKind::busy,
                        "plugin " + plugin_ + " is busy: " + std::to_string(busy.size()) +
                            " of its actions are under way, as many as may be; the oldest is " +
                            oldest + ", for " + std::to_string(time.count()) + " s",
                        "try again when one has ended; banger plugin show " + plugin_ +
                            " tells its state, and banger daemon restart ends what hangs");
    }
    busy.emplace_back(what, Clock::now());
    at_ = std::prev(busy.end());
}

ActionSlots::Slot::~Slot() {
    const std::scoped_lock hold(of_.lock_);
    const auto busy = of_.busy_.find(plugin_);
    busy->second.erase(at_);
    if (busy->second.empty()) {
        of_.busy_.erase(busy);
    }
}

} // namespace banger::plugin
