#include "cli/policy_flags.hpp"

#include "cli/checks.hpp"
#include "cli/quantity.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

namespace banger::cli {
namespace {

void put_time(api_client::Json& body, const char* key, const char* option,
              const std::string& text) {
    if (!text.empty()) {
        body[key] = text == "off" ? 0 : parse_seconds(option, text);
    }
}

} // namespace

void PolicyFlags::add_to(CLI::App& verb) {
    verb.add_option("--autostart", autostart_,
                    "Start it when this machine has come up: on, off, or last (if it ran)")
        ->check(one_of({"on", "off", "last"}))
        ->type_name("WHEN");
    verb.add_option("--idle-stop", idle_stop_,
                    "Stop it after so long without login, load or traffic: 30m, off")
        ->type_name("TIME");
    verb.add_option("--max-lifetime", max_lifetime_,
                    "Stop it so long after its start, whatever happens in it: 8h, off")
        ->type_name("TIME");
}

void PolicyFlags::put(api_client::Json& body) const {
    if (!autostart_.empty()) {
        body["autostart"] = autostart_;
    }
    put_time(body, "idle_stop_s", "--idle-stop", idle_stop_);
    put_time(body, "max_lifetime_s", "--max-lifetime", max_lifetime_);
}

} // namespace banger::cli
