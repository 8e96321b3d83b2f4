#include "agent.hpp"
#include "counters.hpp"
#include "json_text.hpp"
#include "proc_file.hpp"
#include "routes.hpp"
#include "simple_exchange.hpp"
#include "sockets.hpp"
#include "uptime.hpp"
#include "words.hpp"

#include <algorithm>
#include <memory>

#include <dirent.h>
#include <nlohmann/json.hpp>
#include <sys/statvfs.h>
#include <unistd.h>

namespace agent {
namespace {

using nlohmann::json;

std::size_t count_processes() {
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir("/proc"), ::closedir);
    std::size_t count = 0;
    while (const dirent* entry = folder == nullptr ? nullptr : ::readdir(folder.get())) {
        count += parse_number(entry->d_name) ? 1 : 0;
    }
    return count;
}

json cpu() {
    const CpuTimes times = parse_stat(read_proc("/proc/stat"));
    const auto ticks = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
    const auto ms = [ticks](std::uint64_t value) { return value * 1000 / ticks; };
    return {{"count", times.count},          {"user_ms", ms(times.user)},
            {"system_ms", ms(times.system)}, {"idle_ms", ms(times.idle)},
            {"iowait_ms", ms(times.iowait)}, {"steal_ms", ms(times.steal)}};
}

json memory() {
    const MemoryUse use = parse_meminfo(read_proc("/proc/meminfo"));
    return {{"total", use.total},
            {"available", use.available},
            {"cached", use.cached},
            {"swap_total", use.swap_total},
            {"swap_free", use.swap_free}};
}

json disks() {
    json out = json::array();
    for (const Mount& mount : parse_mounts(read_proc("/proc/self/mountinfo"))) {
        struct statvfs space {};
        if (::statvfs(mount.path.c_str(), &space) != 0) {
            continue;
        }
        const std::uint64_t unit = space.f_frsize;
        out.push_back({{"mount", printable(mount.path, 1024)},
                       {"fs", printable(mount.fs, 64)},
                       {"total", space.f_blocks * unit},
                       {"used", (space.f_blocks - space.f_bfree) * unit},
                       {"available", space.f_bavail * unit}});
    }
    return out;
}

json network() {
    json out = json::array();
    for (const Interface& one : parse_net_dev(read_proc("/proc/net/dev"))) {
        out.push_back({{"name", one.name},
                       {"rx_bytes", one.rx_bytes},
                       {"tx_bytes", one.tx_bytes},
                       {"rx_packets", one.rx_packets},
                       {"tx_packets", one.tx_packets}});
    }
    return out;
}

std::size_t count_logins() {
    const auto sockets = tcp_sockets();
    return static_cast<std::size_t>(
        std::count_if(sockets.begin(), sockets.end(), [](const TcpSocket& one) {
            return one.port == 22 && one.state == tcp_established;
        }));
}

} // namespace

std::unique_ptr<Exchange> open_stats(Agent& /*agent*/, Session& session, const Head& head) {
    return std::make_unique<SimpleExchange>(session, head, [](Session& asker, const std::string&) {
        asker.answer(200, to_text({{"uptime_ms", uptime_ms()},
                                   {"load", parse_loadavg(read_proc("/proc/loadavg"))},
                                   {"processes", count_processes()},
                                   {"logins", count_logins()},
                                   {"cpu", cpu()},
                                   {"memory", memory()},
                                   {"disks", disks()},
                                   {"network", network()}}));
    });
}

} // namespace agent
