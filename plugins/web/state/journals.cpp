#include "journals.hpp"

#include "field.hpp"

namespace web {
namespace {

using nlohmann::json;

constexpr const char* journal_target = "/v1/plugins/vsock/actions/rpc/journal";

} // namespace

Journals::Seen Journals::look(const Wish& wish, std::chrono::milliseconds wait) {
    Seen seen = lookups_.seen(wish);
    if (seen.found && Clock::now() - seen.found->at <= fresh) {
        return seen;
    }
    const std::string why_not = lookups_.begin(wish, [this, wish](banger::Call& call) {
        const json answer =
            daemon_.post(call, journal_target,
                         {{"vm", wish.vm_name}, {"lines", wish.lines}, {"unit", wish.unit}});
        const json& output = field_list(answer, "output");
        const json first = output.empty() ? json() : output.front();
        const json& said = field(first, "json");
        Found found;
        found.text = field_text(said, "text");
        found.cut = field_flag(said, "cut");
        return found;
    });
    if (!why_not.empty()) {
        Found none;
        none.at = Clock::now();
        none.problem = "the journal is not read now: " + why_not;
        none.hint = "look again in a moment";
        return {std::make_shared<const Found>(std::move(none)), false};
    }
    return lookups_.wait(wish, wait);
}

} // namespace web
