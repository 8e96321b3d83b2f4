#include "report.hpp"

#include <algorithm>
#include <cmath>

namespace vsock {
namespace {

/// As many digits as it is worth.
double rounded(double number, double digits) {
    return std::round(number * digits) / digits;
}

Rows or_null(const std::string& text) {
    return text.empty() ? Rows() : Rows(text);
}

template <class Number>
Rows or_null(const std::optional<Number>& number) {
    return number ? Rows(*number) : Rows();
}

std::chrono::milliseconds since(Steady::time_point then, Steady::time_point now) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::max(now, then) - then);
}

Rows heard_s(const GuestView& view, Steady::time_point now) {
    return view.heard
               ? Rows(rounded(static_cast<double>(since(*view.heard, now).count()) / 1000, 10))
               : Rows();
}

Rows uptime_s(const GuestView& view, Steady::time_point now) {
    const auto at_hearing = std::chrono::milliseconds(view.uptime_ms);
    return view.heard ? Rows(std::chrono::duration_cast<std::chrono::seconds>(
                                 at_hearing + since(*view.heard, now))
                                 .count())
                      : Rows();
}

/// What is known of a size whose total is none: nothing.
Rows size_or_null(std::uint64_t bytes, std::uint64_t total) {
    return total == 0 ? Rows() : Rows(bytes);
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
             {"agent", or_null(view->version)},
             {"uptime_s", uptime_s(*view, now)},
             {"heard_s", heard_s(*view, now)},
             {"failed_units", view->failed_units ? Rows(view->failed_units->size()) : Rows()}});
    }
    return rows;
}

Rows stats_rows(const std::vector<Board::View>& views, Steady::time_point now) {
    Rows rows = Rows::array();
    for (const Board::View& view : views) {
        const Stats stats = view->stats.value_or(Stats());
        const Stats::Memory& memory = stats.memory;
        const Stats::Disk disk = stats.root() != nullptr ? *stats.root() : Stats::Disk();
        rows.push_back(
            {{"vm", view->vm.name},
             {"cpu_percent", view->cpu_percent ? Rows(rounded(*view->cpu_percent, 10)) : Rows()},
             {"load", view->stats ? Rows(rounded(stats.load[0], 100)) : Rows()},
             {"memory_used_bytes",
              size_or_null(memory.total - std::min(memory.available, memory.total), memory.total)},
             {"memory_total_bytes", size_or_null(memory.total, memory.total)},
             {"disk_used_bytes", size_or_null(disk.used, disk.total)},
             {"disk_total_bytes", size_or_null(disk.total, disk.total)},
             {"rx_bytes_per_s", or_null(view->rx_per_s)},
             {"tx_bytes_per_s", or_null(view->tx_per_s)},
             {"heard_s", heard_s(*view, now)}});
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
                     {"process", or_null(port.process)},
                     {"url", or_null(reach == "network" ? url_of(port, host) : "")},
                     {"reach", reach},
                     {"title", or_null(port.title)}};
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
