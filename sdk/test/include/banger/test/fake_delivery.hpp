#pragma once

#include "fake_calls.hpp"

/// What the fake host delivers when the test says so. See fake_host.hpp.
namespace banger::fake {

inline std::size_t Host::deliver(const std::map<std::uint64_t, Follower>& followers,
                                 const std::string& what,
                                 const std::function<void(const Follower&, banger_call*)>& use) {
    const std::lock_guard turn(turn_);
    std::size_t count = 0;
    for (const auto& [id, follower] : followers) {
        {
            const std::lock_guard lock(mutex_);
            const auto found = followers_.find(id);
            if (found == followers_.end()) {
                continue; // an earlier one took it back
            }
            if (!found->second.again) {
                followers_.erase(found);
            }
        }
        const auto& follows = follower;
        (void)call(what, [&](void*, banger_call* raw) {
            use(follows, raw);
            raw->outcome.message.clear(); // only logged
            return BANGER_OK;
        });
        ++count;
    }
    return count;
}

inline std::size_t Host::fire_timers() {
    std::map<std::uint64_t, Follower> due;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [id, follower] : followers_) {
            if (follower.timer != nullptr) {
                due.emplace(id, follower);
            }
        }
    }
    return deliver(due, "timer", [](const Follower& follower, banger_call* raw) {
        follower.timer(follower.context, raw);
    });
}

inline std::size_t Host::event(const std::string& type, const std::string& event_json) {
    std::map<std::uint64_t, Follower> due;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [id, follower] : followers_) {
            if (follower.event != nullptr && type.rfind(follower.what, 0) == 0) {
                due.emplace(id, follower);
            }
        }
    }
    return deliver(due, "event", [&](const Follower& follower, banger_call* raw) {
        follower.event(follower.context, raw, str(event_json));
    });
}

inline std::size_t Host::line(const std::string& target, const std::string& line, bool over) {
    std::map<std::uint64_t, Follower> due;
    {
        const std::lock_guard lock(mutex_);
        for (auto& [id, follower] : followers_) {
            if (follower.function != nullptr && follower.what == target) {
                follower.again = !over;
                due.emplace(id, follower);
            }
        }
    }
    return deliver(due, "line", [&](const Follower& follower, banger_call* raw) {
        follower.function(follower.context, raw, str(line), over ? 1 : 0);
    });
}

inline std::vector<Job> Host::run_jobs() {
    std::vector<Job> done;
    while (!jobs_.empty()) {
        done.push_back(std::move(jobs_.front()));
        jobs_.pop_front();
        Job& job = done.back();
        running_job_ = &job;
        const auto opened = open("job " + job.kind, std::chrono::milliseconds(0));
        opened->is_job = true;
        job.outcome = finish(opened, job.run(opened.get()));
        running_job_ = nullptr;
    }
    return done;
}

inline void Host::cancel() {
    const std::lock_guard lock(mutex_);
    for (const auto& call : calls_) {
        if (!call->over()) {
            call->cancel_after(std::chrono::milliseconds(0));
        }
    }
}

inline std::size_t Host::open_calls() const {
    const std::lock_guard lock(mutex_);
    return threads_.size();
}

inline Recorded Host::recorded() const {
    const std::lock_guard lock(mutex_);
    return recorded_;
}

} // namespace banger::fake
