#include "routes.hpp"

#include "agent.hpp"

#include <array>

namespace agent {
namespace {

struct Route {
    const char* feature;
    const char* method;
    const char* path;
    Opener* open;
};

constexpr std::array<Route, 15> routes{{
    {"health", "GET", "/v1/health", open_health},
    {"events", "GET", "/v1/events", open_events},
    {"stats", "GET", "/v1/stats", open_stats},
    {"ports", "GET", "/v1/ports", open_ports},
    {"time", "GET", "/v1/time", open_get_time},
    {"time", "PUT", "/v1/time", open_put_time},
    {"power", "POST", "/v1/power", open_power},
    {"config", "PUT", "/v1/config", open_config},
    {"trim", "POST", "/v1/trim", open_trim},
    {"sync", "POST", "/v1/sync", open_sync},
    {"files", "GET", "/v1/files", open_download},
    {"files", "PUT", "/v1/files", open_upload},
    {"exec", "POST", "/v1/exec", open_exec},
    {"journal", "GET", "/v1/journal", open_journal},
    {"boot", "GET", "/v1/boot", open_boot},
}};

} // namespace

std::unique_ptr<Exchange> open_exchange(Agent& agent, Session& session, const Head& head) {
    for (const Route& route : routes) {
        if (head.method == route.method && head.path == route.path) {
            return route.open(agent, session, head);
        }
    }
    throw Refusal(Kind::unsupported, "no such endpoint here: " + head.method + " " + head.path);
}

std::vector<std::string> feature_names() {
    std::vector<std::string> names;
    for (const Route& route : routes) {
        if (names.empty() || names.back() != route.feature) {
            names.emplace_back(route.feature);
        }
    }
    return names;
}

} // namespace agent
