#pragma once

#include "daemon.hpp"

#include "http/workers.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace web {

/// What takes longer than a page may: found out in the background, and kept by a key. Found has
/// `at`, a time of Clock, and `problem` and `hint`: why it could not be found. Any thread; nothing
/// here throws but for want of memory.
template <class Key, class Found>
class Lookups {
  public:
    using Clock = std::chrono::system_clock;
    /// On a thread of its own. What it throws becomes the problem.
    using Find = std::function<Found(banger::Call&)>;
    struct Seen {
        std::shared_ptr<const Found> found; ///< null: nothing was found yet
        bool under_way = false;             ///< somebody looks just now
    };
    struct Limits {
        std::size_t threads = 1;
        std::chrono::milliseconds time{}; ///< of one
        std::size_t kept = 1;             ///< the oldest is forgotten first
        std::size_t pages = 2;            ///< that wait at once; others wait not at all
    };

    Lookups(banger::Host host, const Limits& limits) : host_(host), limits_(limits) {}
    Lookups(const Lookups&) = delete;
    Lookups& operator=(const Lookups&) = delete;

    /// Begins, unless that is under way already. What was found before stays until then. Why it
    /// does not begin; empty: it does.
    [[nodiscard]] std::string begin(const Key& key, Find find) {
        bool mine = false;
        std::string why_not = claim(key, mine);
        if (mine) {
            const auto turn = std::make_shared<Turn>(*this, key);
            (void)workers_->add([turn, find = std::move(find)](banger::Call& call) {
                turn->found = attempt(call, find);
            });
        }
        return why_not;
    }
    [[nodiscard]] Seen seen(const Key& key) const {
        const std::lock_guard lock(mutex_);
        return entry(key);
    }
    /// The same, once nobody looks any more; at most so much later.
    [[nodiscard]] Seen wait(const Key& key, std::chrono::milliseconds most) {
        std::unique_lock lock(mutex_);
        if (waiting_ < limits_.pages) {
            ++waiting_;
            ended_.wait_for(lock, most, [&] { return !entry(key).under_way; });
            --waiting_;
        }
        return entry(key);
    }

  private:
    /// Ends with its job, also where that could not be run.
    struct Turn {
        Turn(Lookups& lookups, const Key& key) : owner(lookups), of(key) {}
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;
        ~Turn() {
            const std::lock_guard lock(owner.mutex_);
            --owner.under_way_;
            owner.keep(of, std::move(found));
            owner.ended_.notify_all();
        }
        Lookups& owner;
        Key of;
        Found found = failed("the daemon takes no more calls", "look again in a moment");
    };

    /// mine: it is to be begun now.
    std::string claim(const Key& key, bool& mine) {
        const std::lock_guard lock(mutex_);
        if (entry(key).under_way) {
            return {};
        }
        if (under_way_ >= limits_.kept) {
            return std::to_string(under_way_) + " are under way already";
        }
        try {
            if (!workers_) {
                workers_ = std::make_unique<Workers>(host_, limits_.threads, limits_.time);
            }
        } catch (const std::exception& error) { // the host takes no more threads
            return error.what();
        }
        entries_[key].under_way = true;
        ++under_way_;
        mine = true;
        return {};
    }
    static Found failed(const std::string& problem, const std::string& hint) {
        Found none;
        none.at = Clock::now();
        none.problem = problem;
        none.hint = hint;
        return none;
    }
    static Found attempt(banger::Call& call, const Find& find) {
        try {
            Found found = find(call);
            found.at = Clock::now();
            return found;
        } catch (const Problem& problem) {
            return failed(problem.what(), problem.hint());
        } catch (const std::exception& error) {
            return failed(error.what(), "");
        }
    }
    [[nodiscard]] Seen entry(const Key& key) const {
        const auto known = entries_.find(key);
        return known == entries_.end() ? Seen() : known->second;
    }
    void keep(const Key& key, Found found) {
        entries_[key] = {std::make_shared<const Found>(std::move(found)), false};
        while (entries_.size() > limits_.kept && forget_oldest(key)) {
        }
    }
    bool forget_oldest(const Key& but) {
        auto oldest = entries_.end();
        for (auto each = entries_.begin(); each != entries_.end(); ++each) {
            const Seen& seen = each->second;
            if (!seen.under_way && (but < each->first || each->first < but) &&
                (oldest == entries_.end() || seen.found->at < oldest->second.found->at)) {
                oldest = each;
            }
        }
        const bool found = oldest != entries_.end();
        if (found) {
            entries_.erase(oldest);
        }
        return found;
    }

    banger::Host host_;
    const Limits limits_;
    mutable std::mutex mutex_;
    std::condition_variable ended_;
    std::map<Key, Seen> entries_;      ///< under mutex_, as all that follows
    std::size_t under_way_ = 0;        ///< of them
    std::size_t waiting_ = 0;          ///< pages
    std::unique_ptr<Workers> workers_; ///< made once; last, as they use the others
};

} // namespace web
