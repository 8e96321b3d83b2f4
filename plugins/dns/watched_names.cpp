#include "watched_names.hpp"

#include "upstream_reply.hpp"
#include "wire_name.hpp"

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include <nlohmann/json.hpp>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace dns {
namespace {

using nlohmann::json;

constexpr std::size_t most_held = 256; ///< more go out at once: nobody fills our memory
constexpr std::size_t most_names = 4096;

/// "nat" of "plugin.nat.names.learned" when it ends so; empty else.
std::string watcher_of(const std::string& type, std::string_view end) {
    constexpr std::string_view begin = "plugin.";
    if (type.rfind(begin, 0) != 0 || type.size() <= begin.size() + end.size() ||
        type.compare(type.size() - end.size(), end.size(), end) != 0) {
        return {};
    }
    return type.substr(begin.size(), type.size() - begin.size() - end.size());
}

} // namespace

WatchedNames::WatchedNames(Publish publish, std::chrono::milliseconds patience)
    : publish_(std::move(publish)), patience_(patience),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

void WatchedNames::heed(std::string_view event_json) {
    const json event = json::parse(event_json, nullptr, false);
    const bool typed = event.is_object() && event.contains("type") && event["type"].is_string();
    const std::string type = typed ? event["type"].get<std::string>() : std::string();
    if (const std::string watcher = watcher_of(type, ".names.watched"); !watcher.empty()) {
        std::set<std::string> names;
        for (const json& name : event.contains("names") ? event["names"] : json::array()) {
            if (name.is_string() && names.size() < most_names) {
                names.insert(name.get<std::string>());
            }
        }
        const std::lock_guard lock(mutex_);
        watched_[watcher] = std::move(names);
    } else if (const std::string learner = watcher_of(type, ".names.learned");
               !learner.empty() && event.contains("number") &&
               event["number"].is_number_unsigned()) {
        {
            const std::lock_guard lock(mutex_);
            learned_.emplace_back(event["number"].get<std::uint64_t>(), learner);
        }
        const std::uint64_t one = 1;
        (void)!::write(wake_.fd(), &one, sizeof one); // fails only where it is readable already
    }
}

std::set<std::string> WatchedNames::watchers_of(const std::string& name) const {
    std::set<std::string> watchers;
    const std::lock_guard lock(mutex_);
    for (const auto& [watcher, names] : watched_) {
        if (names.count(name) != 0) {
            watchers.insert(watcher);
        }
    }
    return watchers;
}

void WatchedNames::attach(Poller& poller) {
    poller.add(wake_.fd(), EPOLLIN, [this, &poller](std::uint32_t) { take_learned(poller); });
}

void WatchedNames::detach(Poller& poller) noexcept {
    poller.remove(wake_.fd());
    held_.clear();
}

void WatchedNames::hold(Poller& poller, std::string_view name, std::string_view answer, Go go) {
    const std::string text = to_text(name);
    std::set<std::string> watchers = watchers_of(text);
    const std::vector<std::string> addresses = watchers.empty() || held_.size() >= most_held
                                                   ? std::vector<std::string>()
                                                   : addresses_in(answer);
    if (addresses.empty()) {
        go();
        return;
    }
    const std::uint64_t number = ++last_;
    const Poller::TimerId timer = poller.after(patience_, [this, number] { release(number); });
    held_.emplace(number, Held{std::move(go), std::move(watchers), timer});
    if (!publish_(json{{"number", number}, {"name", text}, {"addresses", addresses}}.dump())) {
        poller.cancel(timer);
        release(number);
    }
}

void WatchedNames::take_learned(Poller& poller) {
    std::uint64_t count = 0;
    (void)!::read(wake_.fd(), &count, sizeof count);
    std::vector<std::pair<std::uint64_t, std::string>> learned;
    {
        const std::lock_guard lock(mutex_);
        learned.swap(learned_);
    }
    for (const auto& [number, watcher] : learned) {
        const auto found = held_.find(number);
        if (found == held_.end()) {
            continue; // the guest has it already
        }
        found->second.waits_for.erase(watcher);
        if (found->second.waits_for.empty()) {
            poller.cancel(found->second.timer);
            release(number);
        }
    }
}

void WatchedNames::release(std::uint64_t number) {
    if (const auto found = held_.find(number); found != held_.end()) {
        const Go go = std::move(found->second.go);
        held_.erase(found);
        go();
    }
}

} // namespace dns
