#include "plugin/leavers.hpp"

#include "plugin/plugin.hpp"

#include <algorithm>
#include <utility>

namespace banger::plugin {
namespace {

const std::string own = "banger"; ///< the daemon's name among those that keep values
const std::string active = "active";
const std::string leaving = "leaving"; ///< a daemon asks it to, or died while it did

std::string key_of(const std::string& id) {
    return "held:" + id;
}

} // namespace

void Leavers::note_active(const std::string& id) {
    if (memory_ && memory_->find(own, key_of(id)) != active) {
        memory_->set(own, key_of(id), active);
    }
}

bool Leavers::may_hold(const std::string& id) const {
    return memory_ && memory_->find(own, key_of(id));
}

void Leavers::forget(const std::string& id) {
    memory_->remove(own, key_of(id));
}

bool Leavers::may_try(const std::string& id) {
    if (memory_->find(own, key_of(id)) == leaving) {
        return false;
    }
    memory_->set(own, key_of(id), leaving);
    return true;
}

void Leavers::add(Plugin& plugin) {
    const std::scoped_lock hold(lock_);
    leavers_.push_back({plugin.id(), &plugin, false, ""});
}

void Leavers::give_up(const std::string& id, const std::string& reason) {
    const std::scoped_lock hold(lock_);
    leavers_.push_back({id, nullptr, false, reason});
}

std::vector<std::string> Leavers::leave(Guard& guard) {
    const std::scoped_lock one_at_a_time(asking_);
    std::vector<std::string> left;
    for (Leaver& leaver : leavers_) {
        if (leaver.plugin == nullptr || leaver.gone) {
            continue;
        }
        Plugin& plugin = *leaver.plugin;
        CallSpec spec{.site = {.hook = "leave"},
                      .timeout = plugin.hook_timeout(guard.timeouts().hook),
                      .cleanup = true};
        const CallSite site = spec.site;
        const Outcome outcome =
            guard.run(plugin, std::move(spec), [&plugin](banger_call* call, const banger_vm*) {
                return plugin.manifest.daemon->leave(plugin.self, call);
            });
        const bool gone = outcome.status == BANGER_OK;
        if (gone) {
            forget(leaver.id);
            left.push_back(leaver.id);
        } else {
            note_active(leaver.id); // it returned: the next daemon may try, too
        }
        const std::scoped_lock hold(lock_);
        leaver.gone = gone;
        leaver.trouble = outcome.failed() ? outcome.error(plugin, site).what() : "";
    }
    return left;
}

void Leavers::postpone() {
    const std::scoped_lock one_at_a_time(asking_);
    for (const Leaver& leaver : leavers_) {
        if (leaver.plugin != nullptr && !leaver.gone) {
            note_active(leaver.id);
        }
    }
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

} // namespace banger::plugin
