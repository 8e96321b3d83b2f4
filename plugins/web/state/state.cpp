#include "state.hpp"

#include "field.hpp"

namespace web {
namespace {

using nlohmann::json;

/// What guests say of themselves changes without an event of the daemon's.
constexpr std::chrono::seconds longest_age{2};

/// A page of before the daemon's last start has a revision that is smaller than all of now.
std::uint64_t first_revision() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

} // namespace

State::State(banger::Host host) : daemon_(host), changes_(first_revision()) {}

void State::follow(banger::Host host, Heard heard) {
    events_.emplace(host, "",
                    [this, heard = std::move(heard)](banger::Call&, std::string_view text) {
                        const json event = json::parse(text, nullptr, false);
                        if (event.is_object()) {
                            changes_.fetch_add(1);
                            heard(event);
                        }
                    });
}

SnapshotPtr State::now(banger::Call& call) {
    const std::lock_guard lock(mutex_);
    if (!last_ || !is_good(*last_)) {
        last_ = take(call, changes_.load());
    }
    return last_;
}

std::shared_ptr<const json> State::operations(banger::Call& call) {
    const std::lock_guard lock(mutex_);
    if (!operations_.list || !is_good(operations_)) {
        operations_.revision = changes_.load();
        operations_.taken_at = std::chrono::system_clock::now();
        operations_.list = std::make_shared<const json>(
            field_list(daemon_.get(call, "/v1/operations?limit=500"), "operations"));
    }
    return operations_.list;
}

template <class Kept>
bool State::is_good(const Kept& kept) const {
    const auto age = std::chrono::system_clock::now() - kept.taken_at;
    return kept.revision == changes_.load() && age >= age.zero() && age <= longest_age;
}

SnapshotPtr State::take(banger::Call& call, std::uint64_t revision) const {
    auto snapshot = std::make_shared<Snapshot>();
    snapshot->revision = revision;
    snapshot->taken_at = std::chrono::system_clock::now();
    snapshot->vms = daemon_.get(call, "/v1/vms").at("vms");
    snapshot->images = daemon_.get(call, "/v1/images").at("images");
    snapshot->operations = daemon_.get(call, "/v1/operations").at("operations");
    snapshot->daemon = daemon_.get(call, "/v1/daemon");
    snapshot->plugins = daemon_.get(call, "/v1/plugins").at("plugins");
    return snapshot;
}

} // namespace web
