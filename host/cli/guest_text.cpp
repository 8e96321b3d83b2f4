#include "cli/guest_text.hpp"

#include "api_client/json.hpp"
#include "cli/console_text.hpp"
#include "cli/noun.hpp"
#include "cli/quantity.hpp"

namespace banger::cli {
using api_client::Json;

namespace {

std::string coloured(const std::string& state, bool failed, const Terminal& terminal) {
    if (state == "ready" && !failed) {
        return terminal.green(state);
    }
    return state == "silent" ? terminal.red(state) : terminal.yellow(state);
}

} // namespace

std::string guest_brief(const Json& vm, const Terminal& terminal) {
    const Json& guest = value_at(vm, "guest");
    const std::string state = text_at(guest, "state");
    if (state.empty()) {
        return {};
    }
    const Json& failed = value_at(guest, "failed_units");
    const std::string age = age_since(text_at(guest, "heard_at"));
    return coloured(state, !failed.empty(), terminal) +
           (failed.empty() ? "" : ", " + std::to_string(failed.size()) + " failed") +
           (age.empty() ? "" : ", " + age);
}

std::string guest_text(const Json& vm, const Terminal& terminal) {
    const Json& guest = value_at(vm, "guest");
    const std::string state = text_at(guest, "state");
    if (state.empty()) {
        return {};
    }
    const Json& failed = value_at(guest, "failed_units");
    std::string text = coloured(state, !failed.empty(), terminal);
    const std::string age = age_since(text_at(guest, "heard_at"));
    text += age.empty() ? ", never heard of" : ", heard " + age + " ago";
    if (const std::string version = text_at(value_at(guest, "agent"), "version");
        !version.empty()) {
        text += ", agent " + plain_text(version);
    }
    return text + (failed.empty() ? "" : ", failed units: " + plain_text(plain(failed)));
}

} // namespace banger::cli
