#include "checkup.hpp"

#include "field.hpp"

namespace web {

std::shared_ptr<const Checkup::Found> Checkup::look(Clock::time_point now) {
    auto last = lookups_.seen({}).found;
    if (last && now - last->at <= fresh) {
        return last;
    }
    (void)lookups_.begin({}, [this](banger::Call& call) {
        Found found;
        found.checks = field_list(daemon_.get(call, "/v1/doctor"), "checks");
        return found;
    });
    return last;
}

} // namespace web
