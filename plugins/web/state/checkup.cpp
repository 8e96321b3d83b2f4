#include "checkup.hpp"

#include "field.hpp"

namespace web {
namespace {

constexpr std::chrono::seconds longest_check{60};

} // namespace

std::shared_ptr<const Checkup::Found> Checkup::look(Clock::time_point now) {
    const std::lock_guard lock(mutex_);
    if (!under_way_ && (!last_ || now - last_->at > fresh)) {
        try {
            if (!workers_) {
                workers_ = std::make_unique<Workers>(host_, 1, longest_check);
            }
            under_way_ = workers_->add([this](banger::Call& call) { check(call); });
        } catch (const std::exception& error) { // the host takes no more threads
            last_ =
                std::make_shared<const Found>(Found{now, nlohmann::json::array(), error.what()});
        }
    }
    return last_;
}

void Checkup::check(banger::Call& call) noexcept {
    Found found;
    try {
        found.checks = field_list(daemon_.get(call, "/v1/doctor"), "checks");
    } catch (const std::exception& error) {
        found.problem = error.what();
    }
    found.at = Clock::now();
    const std::lock_guard lock(mutex_);
    last_ = std::make_shared<const Found>(std::move(found));
    under_way_ = false;
}

} // namespace web
