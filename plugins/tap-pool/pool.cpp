#include "pool.hpp"

#include <banger/plugin.hpp>

#include <algorithm>

namespace tap_pool {

using banger::Error;

Pool::Pool(const Config& config, std::string tag, NewName new_name)
    : config_(config), tag_(std::move(tag)), new_name_(std::move(new_name)) {}

std::string Pool::reserve(const std::string& vm, bool skip_idle) {
    const std::lock_guard lock(mutex_);
    if (const auto own = bound_.find(vm); own != bound_.end()) {
        return own->second.tap;
    }
    std::string tap;
    if (skip_idle || idle_.empty()) {
        tap = new_name_();
    } else {
        tap = std::move(idle_.front());
        idle_.pop_front();
    }
    bound_[vm] = {tap, true};
    return tap;
}

void Pool::unbind(const std::string& vm) {
    const std::lock_guard lock(mutex_);
    bound_.erase(vm);
}

void Pool::set_moving(const std::vector<std::string>& names, bool moving) {
    const std::lock_guard lock(mutex_);
    for (const std::string& name : names) {
        if (moving) {
            moving_.insert(name);
        } else {
            moving_.erase(name);
        }
    }
}

bool Pool::knows(const std::string& tap) const {
    const bool bound = std::any_of(bound_.begin(), bound_.end(),
                                   [&](const auto& entry) { return entry.second.tap == tap; });
    return bound || moving_.count(tap) != 0 ||
           std::find(idle_.begin(), idle_.end(), tap) != idle_.end();
}

std::string Pool::acquire(const std::string& vm, TapEdge& edge) {
    for (int tries = 0;; ++tries) {
        std::string tap = reserve(vm, tries >= 8);
        try {
            const TapLook look = edge.look(tap);
            if (look.in_use) { // a stranger opened it; the sweep finds it once it is free
                unbind(vm);
                edge.warn("tap " + tap + " is held by another process; taking another");
                if (tries < 16) {
                    continue;
                }
                throw Error(BANGER_E_BUSY, "every tap is held by another process");
            }
            if (!look.exists || !look.attached) { // new, or somebody deleted it or the bridge
                edge.create({tap});
            }
            return tap;
        } catch (...) {
            unbind(vm);
            throw;
        }
    }
}

void Pool::give_back(const std::string& vm, TapEdge& edge) {
    const auto tap = tap_of(vm);
    if (!tap) {
        return;
    }
    const TapLook look = edge.look(*tap);
    if (look.in_use) {
        throw Error(BANGER_E_BUSY, "tap " + *tap + " is still held by a process",
                    "find it with: sudo fuser -v /dev/net/tun");
    }
    {
        const std::lock_guard lock(mutex_);
        bound_.erase(vm);
        if (!look.exists) {
            return;
        }
        if (look.attached && idle_.size() < config_.size) {
            idle_.push_back(*tap);
            return;
        }
        moving_.insert(*tap);
    }
    try {
        edge.remove({*tap});
    } catch (const Error& error) { // it is free, if superfluous: no reason to fail a stop
        edge.warn("tap " + *tap + " stays until the next sweep: " + error.what());
    }
    set_moving({*tap}, false);
}

void Pool::adopt(const std::string& vm, const std::string& tap, bool running, TapEdge& edge) {
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [other, binding] : bound_) {
            if (other != vm && binding.tap == tap && (binding.running || !running)) {
                return;
            }
        }
        for (auto entry = bound_.begin(); entry != bound_.end();) {
            entry = entry->second.tap == tap ? bound_.erase(entry) : std::next(entry);
        }
        idle_.erase(std::remove(idle_.begin(), idle_.end(), tap), idle_.end());
        bound_[vm] = {tap, running};
    }
    const TapLook look = edge.look(tap);
    if (running && look.exists && !look.attached) { // the bridge was deleted under the VM
        try {
            edge.create({tap});
        } catch (const Error& error) {
            edge.warn("tap " + tap + " is not on the bridge: " + error.what());
        }
    }
}

void Pool::refill(TapEdge& edge) {
    std::vector<std::string> names;
    {
        const std::lock_guard lock(mutex_);
        while (idle_.size() + moving_.size() < config_.size) {
            names.push_back(new_name_());
            moving_.insert(names.back());
        }
    }
    if (names.empty()) {
        return;
    }
    try {
        edge.create(names);
    } catch (...) {
        set_moving(names, false);
        throw;
    }
    const std::lock_guard lock(mutex_);
    for (const std::string& name : names) {
        moving_.erase(name);
        idle_.push_back(name);
    }
}

bool Pool::sweep(TapEdge& edge) {
    const std::vector<Tap> taps = edge.list();
    const auto exists = [&](const std::string& name) {
        return std::any_of(taps.begin(), taps.end(),
                           [&](const Tap& tap) { return tap.name == name; });
    };
    bool young = false;
    std::vector<std::string> surplus;
    {
        const std::lock_guard lock(mutex_);
        idle_.erase(std::remove_if(idle_.begin(), idle_.end(),
                                   [&](const std::string& name) { return !exists(name); }),
                    idle_.end());
        for (const Tap& tap : taps) {
            if (tap.tag != tag_ || tap.in_use || knows(tap.name)) {
                continue;
            }
            if (!tap.bridge.empty() && idle_.size() < config_.size) {
                idle_.push_back(tap.name);
            } else if (tap.age_s >= config_.min_age_s) {
                surplus.push_back(tap.name);
                moving_.insert(tap.name);
            } else {
                young = true;
            }
        }
    }
    if (!surplus.empty()) {
        try {
            edge.remove(surplus);
        } catch (const Error& error) {
            edge.warn(std::to_string(surplus.size()) + " old taps stay: " + error.what());
        }
        set_moving(surplus, false);
    }
    return young;
}

void Pool::drain(TapEdge& edge) {
    std::vector<std::string> names;
    bool unused = false;
    try {
        const std::vector<Tap> taps = edge.list();
        {
            const std::lock_guard lock(mutex_);
            names.assign(idle_.begin(), idle_.end());
            idle_.clear();
            unused = bound_.empty();
            for (const Tap& tap : taps) {
                const bool listed = std::find(names.begin(), names.end(), tap.name) != names.end();
                if (unused && tap.tag == tag_ && !tap.in_use && !listed && !knows(tap.name)) {
                    names.push_back(tap.name);
                }
            }
            moving_.insert(names.begin(), names.end());
        }
        if (!names.empty() || unused) {
            edge.remove(names, unused);
        }
    } catch (const Error& error) {
        edge.warn(std::string("taps or the bridge stay on the host: ") + error.what());
    }
    set_moving(names, false);
}

void Pool::release(const std::string& tap, TapEdge& edge) {
    if (const auto vm = vm_of(tap)) {
        throw Error(BANGER_E_BUSY, "tap " + tap + " belongs to VM " + *vm, "stop the VM first");
    }
    {
        const std::lock_guard lock(mutex_);
        idle_.erase(std::remove(idle_.begin(), idle_.end(), tap), idle_.end());
        moving_.insert(tap);
    }
    try {
        edge.remove({tap});
    } catch (...) {
        set_moving({tap}, false);
        throw;
    }
    set_moving({tap}, false);
}

std::optional<std::string> Pool::tap_of(const std::string& vm) const {
    const std::lock_guard lock(mutex_);
    const auto found = bound_.find(vm);
    return found != bound_.end() ? std::optional(found->second.tap) : std::nullopt;
}

std::optional<std::string> Pool::vm_of(const std::string& tap) const {
    const std::lock_guard lock(mutex_);
    for (const auto& [vm, binding] : bound_) {
        if (binding.tap == tap) {
            return vm;
        }
    }
    return std::nullopt;
}

bool Pool::is_known(const std::string& tap) const {
    const std::lock_guard lock(mutex_);
    return knows(tap);
}

std::vector<std::string> Pool::idle() const {
    const std::lock_guard lock(mutex_);
    return {idle_.begin(), idle_.end()};
}

std::size_t Pool::bound_count() const {
    const std::lock_guard lock(mutex_);
    return bound_.size();
}

} // namespace tap_pool
