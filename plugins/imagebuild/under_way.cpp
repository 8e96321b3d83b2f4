#include "under_way.hpp"

#include <banger/plugin.hpp>

#include <algorithm>

namespace imagebuild {

std::shared_ptr<UnderWay::Claim> UnderWay::claim(const std::string& image,
                                                 const std::string& what) {
    const std::scoped_lock hold(lock_);
    if (const auto found = entries_.find(image); found != entries_.end()) {
        throw banger::Error(BANGER_E_CONFLICT,
                            "image " + image +
                                ": another job is at it already: " + found->second.what,
                            "wait for its end, or see it with: banger op ls");
    }
    entries_[image].what = what;
    return std::make_shared<Claim>(*this, image);
}

bool UnderWay::has_note(const std::string& note) const {
    const std::scoped_lock hold(lock_);
    return std::any_of(entries_.begin(), entries_.end(),
                       [&](const auto& entry) { return entry.second.note == note; });
}

std::string UnderWay::line() const {
    const std::scoped_lock hold(lock_);
    std::string text;
    for (const auto& [image, entry] : entries_) {
        const auto passed = std::chrono::steady_clock::now() - entry.began;
        const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(passed).count();
        text += (text.empty() ? "" : ", ") + entry.what + " " + image + " (" +
                (entry.stage.empty() ? "" : entry.stage + ", ") + std::to_string(minutes) + " min)";
    }
    return text.empty() ? "none" : text;
}

void UnderWay::end(const std::string& image) {
    const std::scoped_lock hold(lock_);
    entries_.erase(image);
}

void UnderWay::stage(const std::string& image, const std::string& name) {
    const std::scoped_lock hold(lock_);
    entries_[image].stage = name;
}

void UnderWay::holds(const std::string& image, const std::string& note) {
    const std::scoped_lock hold(lock_);
    entries_[image].note = note;
}

} // namespace imagebuild
