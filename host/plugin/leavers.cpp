#include "plugin/leavers.hpp"

#include "plugin/binary.hpp"
#include "plugin/plugin.hpp"

#include <algorithm>
#include <utility>

namespace banger::plugin {
namespace {

const std::string active = "active";
const std::string died = "died"; ///< its code ended a daemon when it was to give back

std::string key_of(const std::string& id) {
    return "held:" + id;
}

} // namespace

void Leavers::note_active(const std::string& id) {
    if (memory_ && memory_->find(own_id, key_of(id)) != active) {
        memory_->set(own_id, key_of(id), active);
    }
}

bool Leavers::may_hold(const std::string& id) const {
    return memory_ && memory_->find(own_id, key_of(id));
}

void Leavers::forget(const std::string& id) {
    memory_->remove(own_id, key_of(id));
}

void Leavers::note_death(const std::string& id) {
    died_.insert(id);
    memory_->set(own_id, key_of(id), died);
}

bool Leavers::died_in(const std::string& id) const {
    return died_.contains(id) || memory_->find(own_id, key_of(id)) == died;
}

void Leavers::add(Plugin& plugin) {
    const std::scoped_lock hold(lock_);
    leavers_.push_back({.id = plugin.id(), .plugin = &plugin});
}

void Leavers::give_up(const std::string& id, const std::string& reason, bool for_good) {
    const std::scoped_lock hold(lock_);
    leavers_.push_back({.id = id, .plugin = nullptr, .trouble = reason, .for_good = for_good});
}

/// While it lives nobody else asks. `hold` has the lock, which is not held meanwhile.
class Leavers::Round {
  public:
    Round(Leavers& all, std::unique_lock<std::mutex>& hold) : all_(all), hold_(hold) {
        ++all_.begun_;
        hold_.unlock();
    }
    Round(const Round&) = delete;
    Round& operator=(const Round&) = delete;
    ~Round() {
        hold_.lock();
        all_.ended_ = all_.begun_;
        all_.round_ended_.notify_all();
    }

  private:
    Leavers& all_;
    std::unique_lock<std::mutex>& hold_;
};

void Leavers::leave(Guard& guard, Answer answer, const Released& released) {
    std::unique_lock hold(lock_);
    const bool will_do = answer == Answer::any && begun_ != ended_;
    const std::uint64_t wanted = will_do ? begun_ : begun_ + 1;
    round_ended_.wait(hold, [&] { return begun_ == ended_ || ended_ >= wanted; });
    if (ended_ >= wanted) {
        return;
    }
    const Round round(*this, hold);
    for (Leaver& leaver : leavers_) {
        if (leaver.plugin != nullptr && !leaver.gone) {
            ask(leaver, guard, released);
        }
    }
}

void Leavers::ask(Leaver& leaver, Guard& guard, const Released& released) {
    Plugin& plugin = *leaver.plugin;
    bool gone = false;
    std::string trouble;
    try {
        CallSpec spec{.site = {.hook = "leave"},
                      .timeout = plugin.hook_timeout(guard.timeouts().hook),
                      .cleanup = true};
        const CallSite site = spec.site;
        const Outcome outcome =
            guard.run(plugin, std::move(spec), [&plugin](banger_call* call, const banger_vm*) {
                return plugin.manifest.daemon->leave(plugin.self, call);
            });
        trouble = outcome.failed() ? outcome.error(plugin, site).what() : "";
        if (outcome.status == BANGER_OK) {
            released(leaver.id);
            forget(leaver.id);
            gone = true;
        }
    } catch (const os::Error& error) { // of the store
        trouble = error.what();
    }
    const std::scoped_lock hold(lock_);
    leaver.gone = gone;
    leaver.trouble = trouble;
}

void Leavers::postpone() {
    std::unique_lock hold(lock_);
    round_ended_.wait(hold, [&] { return begun_ == ended_; });
}

const Leavers::Leaver* Leavers::find(const std::string& id) const {
    const auto found = std::find_if(leavers_.begin(), leavers_.end(),
                                    [&](const Leaver& leaver) { return leaver.id == id; });
    return found == leavers_.end() ? nullptr : &*found;
}

bool Leavers::any() const {
    const std::scoped_lock hold(lock_);
    return std::any_of(leavers_.begin(), leavers_.end(), [](const Leaver& leaver) {
        return leaver.plugin != nullptr && !leaver.gone;
    });
}

std::optional<std::string> Leavers::holding(const std::string& id) const {
    const std::scoped_lock hold(lock_);
    const Leaver* leaver = find(id);
    if (leaver == nullptr || leaver->gone) {
        return std::nullopt;
    }
    return leaver->trouble.empty() ? "running VMs need what it holds" : leaver->trouble;
}

std::string Leavers::trouble(const std::string& id) const {
    const std::scoped_lock hold(lock_);
    const Leaver* leaver = find(id);
    return leaver != nullptr ? leaver->trouble : std::string();
}

bool Leavers::given_up_for_good(const std::string& id) const {
    const std::scoped_lock hold(lock_);
    const Leaver* leaver = find(id);
    return leaver != nullptr && leaver->for_good;
}

} // namespace banger::plugin
