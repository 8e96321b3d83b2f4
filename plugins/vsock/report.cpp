#include "report.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace vsock {
namespace {

using Seconds = std::chrono::seconds;

std::string rounded(double number, int digits) {
    std::array<char, 64> text{};
    const int size = std::snprintf(text.data(), text.size(), "%.*f", digits, number);
    return {text.data(), static_cast<std::size_t>(std::max(size, 0))};
}

/// "212M", "7.5G": short, in powers of 1024.
std::string size_text(std::uint64_t bytes) {
    constexpr std::array<const char*, 6> units{"", "K", "M", "G", "T", "P"};
    auto number = static_cast<double>(bytes);
    std::size_t unit = 0;
    while (number >= 1000 && unit + 1 < units.size()) {
        number /= 1024;
        ++unit;
    }
    return rounded(number, unit >= 3 && number < 100 ? 1 : 0) + units[unit];
}

std::string share_text(std::uint64_t used, std::uint64_t total) {
    return total == 0 ? "" : size_text(used) + "/" + size_text(total);
}

/// "5s", "3m", "2h", "4d".
std::string time_text(std::chrono::milliseconds time) {
    const auto s = std::chrono::duration_cast<Seconds>(time).count();
    return s < 100         ? std::to_string(s) + "s"
           : s < 100 * 60  ? std::to_string(s / 60) + "m"
           : s < 48 * 3600 ? std::to_string(s / 3600) + "h"
                           : std::to_string(s / 86400) + "d";
}

std::string heard_text(const GuestView& view, Steady::time_point now) {
    return view.heard ? time_text(std::chrono::duration_cast<std::chrono::milliseconds>(
                            std::max(now, *view.heard) - *view.heard))
                      : "";
}

std::string uptime_text(const GuestView& view, Steady::time_point now) {
    if (!view.heard) {
        return "";
    }
    const auto since = std::chrono::duration_cast<std::chrono::milliseconds>(now - *view.heard);
    return time_text(std::chrono::milliseconds(view.uptime_ms) + since);
}

std::string rate_text(const std::optional<std::uint64_t>& rate) {
    return rate ? size_text(*rate) : "";
}

/// Of the sockets that one program has at one port, the one that is reached from the furthest.
const Port& furthest(const std::vector<Port>& ports, const Port& port, const std::string& address) {
    const auto rank = [&](const Port& each) {
        const std::string reach = reach_of(each, address);
        return reach == "network" ? 2 : reach == "loopback" ? 0 : 1;
    };
    const Port* best = &port;
    for (const Port& other : ports) {
        const bool same = other.port == port.port && other.process == port.process;
        if (same && rank(other) > rank(*best)) {
            best = &other;
        }
    }
    return *best;
}

} // namespace

Rows guest_rows(const std::vector<Board::View>& views, Steady::time_point now) {
    Rows rows = Rows::array();
    for (const Board::View& view : views) {
        rows.push_back(
            {{"vm", view->vm.name},
             {"state", std::string(state_text(*view))},
             {"agent", view->version},
             {"uptime", uptime_text(*view, now)},
             {"heard", heard_text(*view, now)},
             {"failed_units", view->failed_units ? Rows(view->failed_units->size()) : Rows("")}});
    }
    return rows;
}

Rows stats_rows(const std::vector<Board::View>& views, Steady::time_point now) {
    Rows rows = Rows::array();
    for (const Board::View& view : views) {
        const Stats stats = view->stats.value_or(Stats());
        const Stats::Disk* root = stats.root();
        const std::uint64_t used =
            stats.memory.total - std::min(stats.memory.available, stats.memory.total);
        rows.push_back({{"vm", view->vm.name},
                        {"cpu_%", view->cpu_percent ? rounded(*view->cpu_percent, 1) : ""},
                        {"load", view->stats ? rounded(stats.load[0], 2) : ""},
                        {"memory", share_text(used, stats.memory.total)},
                        {"disk", root != nullptr ? share_text(root->used, root->total) : ""},
                        {"rx_per_s", rate_text(view->rx_per_s)},
                        {"tx_per_s", rate_text(view->tx_per_s)},
                        {"heard", heard_text(*view, now)}});
    }
    return rows;
}

Rows port_rows(const std::vector<Board::View>& views, bool by_name) {
    Rows rows = Rows::array();
    for (const Board::View& view : views) {
        const GuestVm& vm = view->vm;
        const std::string& host = by_name && !vm.fqdn.empty() ? vm.fqdn : vm.address;
        const std::vector<Port> ports = view->ports.value_or(std::vector<Port>());
        for (const Port& each : ports) {
            const Port& port = furthest(ports, each, vm.address);
            const std::string reach = reach_of(port, vm.address);
            Rows row{{"vm", vm.name},
                     {"port", port.port},
                     {"protocol", "tcp"},
                     {"process", port.process},
                     {"url", reach == "network" ? url_of(port, host) : ""},
                     {"reach", reach},
                     {"title", port.title}};
            if (std::find(rows.begin(), rows.end(), row) == rows.end()) { // IPv4 and IPv6
                rows.push_back(std::move(row));
            }
        }
    }
    return rows;
}

std::string status_line(const std::vector<Board::View>& views) {
    const auto answer = std::count_if(views.begin(), views.end(), [](const Board::View& view) {
        return view->connected && view->state != GuestState::silent;
    });
    return std::to_string(answer) + " of " + std::to_string(views.size()) + " answer";
}

} // namespace vsock
