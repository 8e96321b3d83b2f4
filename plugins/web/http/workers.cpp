#include "workers.hpp"

namespace web {

Workers::Workers(banger::Host host, std::size_t count, std::chrono::milliseconds time)
    : host_(host), ops_(host.get<banger_thread_ops>(BANGER_EXT_THREAD)), time_(time) {
    threads_.reserve(count);
    try {
        while (threads_.size() < count) {
            threads_.emplace_back(host, "page", [this](banger::Call&) { serve(); });
        }
    } catch (...) {
        stop();
        throw;
    }
}

bool Workers::add(Job job) {
    const std::lock_guard lock(mutex_);
    if (stopped_) {
        return false;
    }
    jobs_.push_back(std::move(job));
    changed_.notify_one();
    return true;
}

void Workers::serve() {
    for (;;) {
        Job job;
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [this] { return stopped_ || !jobs_.empty(); });
            if (stopped_) {
                return;
            }
            job = std::move(jobs_.front());
            jobs_.pop_front();
        }
        run(job);
    }
}

void Workers::run(const Job& job) {
    banger_call* raw = ops_.call_open(host_.raw(), banger::str("page"), time_.count());
    if (raw == nullptr) {
        return; // the plugin goes, or too many calls are open: the job goes unrun
    }
    banger::seal(raw, [&] {
        banger::Call call(raw);
        job(call);
    });
    ops_.call_close(raw);
}

void Workers::stop() noexcept {
    std::deque<Job> left; // they go without our lock: whoever is told of that may take his own
    {
        const std::lock_guard lock(mutex_);
        stopped_ = true;
        left.swap(jobs_);
    }
    left.clear();
    changed_.notify_all();
    threads_.clear();
}

} // namespace web
