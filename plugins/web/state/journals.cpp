#include "journals.hpp"

#include "field.hpp"

namespace web {
namespace {

using nlohmann::json;

constexpr const char* journal_target = "/v1/plugins/vsock/actions/rpc/journal";
constexpr std::chrono::seconds longest_read{8};
constexpr std::size_t readers = 2; ///< a guest that hangs holds one for the time that it has

} // namespace

Journals::Seen Journals::look(const Wish& wish, std::chrono::milliseconds wait) {
    std::unique_lock lock(mutex_);
    const auto entry = entries_.find(wish);
    const bool known = entry != entries_.end();
    const bool is_fresh =
        known && entry->second.found && Clock::now() - entry->second.found->at <= fresh;
    if (is_fresh || (known && entry->second.under_way && waiting_ >= most_waiting)) {
        return entry->second;
    }
    if (!known || !entry->second.under_way) {
        begin(wish);
    }
    if (waiting_ < most_waiting) {
        ++waiting_;
        told_.wait_for(lock, wait, [&] {
            const auto now = entries_.find(wish);
            return now == entries_.end() || !now->second.under_way;
        });
        --waiting_;
    }
    const auto seen = entries_.find(wish);
    return seen == entries_.end() ? Seen() : seen->second;
}

void Journals::begin(const Wish& wish) {
    try {
        if (!workers_) {
            workers_ = std::make_unique<Workers>(host_, readers, longest_read);
        }
        forget_oldest();
        entries_[wish].under_way =
            workers_->add([this, wish](banger::Call& call) { read(call, wish); });
    } catch (const std::exception& error) { // the host takes no more threads
        Found none;
        none.at = Clock::now();
        none.problem = error.what();
        entries_[wish] = {std::make_shared<const Found>(std::move(none)), false};
    }
}

void Journals::forget_oldest() {
    while (entries_.size() >= most) {
        auto oldest = entries_.end();
        for (auto each = entries_.begin(); each != entries_.end(); ++each) {
            const bool is_older =
                oldest == entries_.end() || (each->second.found && oldest->second.found &&
                                             each->second.found->at < oldest->second.found->at);
            oldest = !each->second.under_way && is_older ? each : oldest;
        }
        if (oldest == entries_.end()) {
            return; // each of them is being read
        }
        entries_.erase(oldest);
    }
}

void Journals::read(banger::Call& call, const Wish& wish) noexcept {
    Found found;
    try {
        const json answer =
            daemon_.post(call, journal_target,
                         {{"vm", wish.vm_name}, {"lines", wish.lines}, {"unit", wish.unit}});
        const json& output = field_list(answer, "output");
        const json first = output.empty() ? json() : output.front();
        const json& said = field(first, "json");
        found.text = field_text(said, "text");
        found.cut = field_flag(said, "cut");
    } catch (const Problem& problem) {
        found.problem = problem.what();
        found.hint = problem.hint();
    } catch (const std::exception& error) {
        found.problem = error.what();
    }
    found.at = Clock::now();
    const std::lock_guard lock(mutex_);
    entries_[wish] = {std::make_shared<const Found>(std::move(found)), false};
    told_.notify_all();
}

} // namespace web
