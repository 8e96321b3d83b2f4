#include "agent.hpp"
#include "json_text.hpp"
#include "routes.hpp"
#include "simple_exchange.hpp"
#include "sockets.hpp"
#include "titles.hpp"

#include <nlohmann/json.hpp>

namespace agent {
namespace {

using nlohmann::json;

constexpr std::chrono::milliseconds title_time{900};

std::string list_ports(bool with_titles) {
    const std::vector<OpenPort> ports = listening_ports();
    const auto titles = with_titles ? ask_titles(ports, title_time) : std::vector<Title>();
    json list = json::array();
    for (std::size_t i = 0; i < ports.size(); ++i) {
        json port{{"address", ports[i].address},
                  {"port", ports[i].port},
                  {"process", ports[i].process},
                  {"pid", ports[i].pid}};
        if (with_titles) {
            port["http"] = titles[i].http;
            port["title"] = titles[i].text ? json(*titles[i].text) : json();
        }
        list.push_back(std::move(port));
    }
    return to_text({{"ports", list}});
}

} // namespace

/// In a process of its own: it looks through the files of all processes, and waits for servers.
std::unique_ptr<Exchange> open_ports(Agent& agent, Session& session, const Head& head) {
    const bool with_titles = head.number("titles", 0, 0, 1) == 1;
    return std::make_unique<JobExchange>(
        agent.loop(), agent.jobs(), session, head,
        [with_titles](const std::string&) { return list_ports(with_titles); });
}

} // namespace agent
