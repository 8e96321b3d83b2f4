#include "cli/guest_text.hpp"

#include "api_client/json.hpp"
#include "cli/console_text.hpp"
#include "cli/noun.hpp"
#include "cli/policy_text.hpp"
#include "cli/quantity.hpp"
#include "os/clock.hpp"

#include <algorithm>
#include <set>

namespace banger::cli {
using api_client::Json;

namespace {

constexpr double fresh_s = 30;
constexpr double least_cpu_percent = 5; ///< below that a guest is at rest
constexpr double ssh_port = 22;

std::string coloured(const std::string& state, bool failed, const Terminal& terminal) {
    if (state == "ready" && !failed) {
        return terminal.green(state);
    }
    return state == "silent" ? terminal.red(state) : terminal.yellow(state);
}

std::string counted(std::size_t count, const char* one, const char* several) {
    return std::to_string(count) + " " + (count == 1 ? one : several);
}

/// One connection to SSH is that of the user who leaves: it stood when the guest was last asked.
std::string other_logins(const Json& guest) {
    const double logins = number_at(value_at(guest, "stats"), "logins").value_or(0);
    return logins >= 2
               ? counted(static_cast<std::size_t>(logins) - 1, "other login", "other logins")
               : "";
}

/// Ports that lead into the guest, but for that of SSH.
std::string ports_listening(const Json& guest) {
    std::set<double> ports;
    for (const Json& port : value_at(value_at(guest, "ports"), "ports")) {
        const std::string address = text_at(port, "address");
        const bool inside =
            address.starts_with("127.") || address == "::1" || address.starts_with("::ffff:127.");
        const double number = number_at(port, "port").value_or(ssh_port);
        if (!inside && number != ssh_port) {
            ports.insert(number);
        }
    }
    return ports.empty() ? "" : counted(ports.size(), "port listening", "ports listening");
}

std::string cpu_use(const Json& guest) {
    const double percent = number_at(guest, "cpu_percent").value_or(0);
    return percent >= least_cpu_percent
               ? "CPU " + std::to_string(static_cast<int>(std::min(percent, 100.0) + 0.5)) + " %"
               : "";
}

std::string news_of(const Json& guest) {
    const std::string heard_at = text_at(guest, "heard_at");
    if (const std::string state = text_at(guest, "state"); state == "silent" || state == "away") {
        const std::string age = age_since(heard_at);
        return (state == "away" ? "its agent is away" : "its guest is silent") +
               std::string(age.empty() ? "" : ", for " + age);
    }
    const auto heard = parse_time(heard_at);
    if (!heard || static_cast<double>(os::now_ms()) / 1000 - *heard > fresh_s) {
        return {};
    }
    std::string text;
    for (const std::string& part : {other_logins(guest), ports_listening(guest), cpu_use(guest)}) {
        text += (text.empty() || part.empty() ? "" : ", ") + part;
    }
    return text;
}

} // namespace

std::string still_running_text(const Json& vm) {
    const std::string name = text_at(vm, "name");
    const std::string news = news_of(value_at(vm, "guest"));
    const std::string by_itself = stop_sentence(vm);
    return name + " is still running" + (news.empty() ? "" : " (" + news + ")") +
           (by_itself.empty() ? "; stop it with: " : "; " + by_itself + ", or now with: ") +
           "banger vm stop " + name;
}

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
