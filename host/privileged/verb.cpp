#include "privileged/verb.hpp"

#include "os/error.hpp"
#include "privileged/arguments.hpp"
#include "privileged/verbs/verbs.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace banger::privileged {
namespace {

using os::Error;
using os::ErrorKind;

constexpr std::array<Verb, 23> table{{
    {"batch", true, parse_batch},
    {"bridge-delete", true, parse_bridge_delete},
    {"bridge-ensure", true, parse_bridge_ensure},
    {"dns-apply", true, parse_dns_apply},
    {"dns-delete", true, parse_dns_delete},
    {"dns-show", true, parse_dns_show},
    {"forward-close", true, parse_forward_close},
    {"forward-open", true, parse_forward_open},
    {"forward-show", true, parse_forward_show},
    {"guard-apply", true, parse_guard_apply},
    {"guard-delete", true, parse_guard_delete},
    {"guard-show", true, parse_guard_show},
    {"jail-clean", true, parse_jail_clean},
    {"jail-run", true, parse_jail_run, true},
    {"links", false, parse_links},
    {"nat-apply", true, parse_nat_apply},
    {"nat-delete", true, parse_nat_delete},
    {"nat-show", true, parse_nat_show},
    {"resolver-set", true, parse_resolver_set},
    {"resolver-unset", true, parse_resolver_unset},
    {"tap-create", true, parse_tap_create},
    {"tap-delete", true, parse_tap_delete},
    {"version", false, parse_version},
}};

} // namespace

std::span<const Verb> verbs() noexcept {
    return table;
}

const Verb* find_verb(std::string_view name) noexcept {
    const auto found = std::find_if(table.begin(), table.end(),
                                    [&](const Verb& verb) { return verb.name == name; });
    return found != table.end() ? &*found : nullptr;
}

Action parse_request(const Verb& verb, std::string_view text) {
    if (text.size() > max_request) {
        throw Error(ErrorKind::invalid, "the arguments are longer than 512 KiB");
    }
    const auto given = nlohmann::json::parse(text, nullptr, false);
    if (given.is_discarded()) {
        throw Error(ErrorKind::invalid, "the arguments are not JSON");
    }
    Arguments arguments(given);
    Action action = verb.parse(arguments);
    arguments.finish();
    return action;
}

nlohmann::json perform(const Action& action, Context& context) {
    try {
        return action(context);
    } catch (...) {
        const Error error = os::current_error();
        std::string left;
        while (!context.undo.empty()) {
            try {
                context.undo.back()();
            } catch (...) {
                left += "; undo: " + std::string(os::current_error().what());
            }
            context.undo.pop_back();
        }
        throw Error(error.kind(), error.what() + left, error.hint());
    }
}

} // namespace banger::privileged
