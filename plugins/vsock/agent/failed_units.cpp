#include "failed_units.hpp"

#include "boot_log.hpp"
#include "words.hpp"

#include <utility>

namespace agent {
namespace {

constexpr std::size_t most_units = 256;

} // namespace

std::vector<std::string> parse_failed_units(std::string_view text) {
    std::vector<std::string> units;
    for (const std::string_view line : split(text, '\n')) {
        const auto fields = words(line);
        if (fields.size() >= 4 && units.size() < most_units) {
            units.push_back(printable(fields[0], 256));
        }
    }
    return units;
}

FailedUnits::FailedUnits(Loop& loop) : loop_(loop) {
    if (has_systemd()) {
        last_.emplace();
    }
}

void FailedUnits::ask(const std::weak_ptr<OnKnown>& known) {
    if (!waiting_.empty()) {
        waiting_.push_back(known);
        return;
    }
    const auto tell = [this] {
        for (const auto& one : std::exchange(waiting_, {})) {
            if (const auto call = one.lock()) {
                (*call)();
            }
        }
    };
    if (!last_) {
        soon_ = loop_.soon(tell);
    } else {
        Launch launch;
        launch.argv = {"systemctl", "list-units",  "--failed",
                       "--plain",   "--no-legend", "--no-pager"};
        job_ = std::make_unique<Job>(loop_, launch, [this, tell](const std::string& text, int how) {
            if (how == 0) {
                last_ = parse_failed_units(text);
            }
            tell();
        });
    }
    waiting_.push_back(known);
}

} // namespace agent
