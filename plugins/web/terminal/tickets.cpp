#include "tickets.hpp"

#include "gate/base64url.hpp"
#include "gate/random.hpp"

#include <algorithm>

namespace web {
void Tickets::forget_old(Clock::time_point now) {
    std::erase_if(entries_, [&](const auto& each) { return now - each.second.issued >= life; });
    if (entries_.size() >= most) {
        entries_.erase(
            std::min_element(entries_.begin(), entries_.end(), [](const auto& a, const auto& b) {
                return a.second.issued < b.second.issued;
            }));
    }
}

std::string Tickets::issue(ShellWish wish, std::string host, Clock::time_point now) {
    std::string ticket = base64url(random_bytes(32));
    const std::lock_guard lock(mutex_);
    forget_old(now);
    entries_[ticket] = {std::move(wish), std::move(host), now};
    return ticket;
}

std::optional<ShellWish> Tickets::take(std::string_view ticket, std::uint32_t uid,
                                       std::string_view host, Clock::time_point now) {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(ticket);
    if (found == entries_.end()) {
        return std::nullopt;
    }
    Entry entry = std::move(found->second);
    entries_.erase(found);
    const bool good = entry.wish.uid == uid && entry.host == host && now - entry.issued < life;
    return good ? std::optional(std::move(entry.wish)) : std::nullopt;
}

} // namespace web
