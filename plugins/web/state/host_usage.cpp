#include "host_usage.hpp"

#include "proc_file.hpp"

#include <algorithm>
#include <sstream>

#include <sys/statvfs.h>

namespace web {
namespace {

/// "MemTotal: 16318480 kB" in bytes.
std::uint64_t memory_entry(const std::string& text, const std::string& name) {
    const std::size_t at = text.find(name + ":");
    return at == std::string::npos
               ? 0
               : std::strtoull(text.c_str() + at + name.size() + 1, nullptr, 10) * 1024;
}

} // namespace

HostFigures HostUsage::read(const std::string& folder) {
    HostFigures figures;
    std::istringstream stat(proc_file(proc_ / "stat"));
    std::string line;
    while (std::getline(stat, line) && line.rfind("cpu", 0) == 0) {
        if (line[3] != ' ') {
            ++figures.cpus;
            continue;
        }
        // user nice system idle iowait irq softirq steal; guests are in user already
        std::istringstream words(line.substr(3));
        std::uint64_t ticks = 0, all = 0, idle = 0;
        for (int i = 0; i < 8 && words >> ticks; ++i) {
            all += ticks;
            idle += i == 3 || i == 4 ? ticks : 0;
        }
        const std::uint64_t busy = all - idle;
        if (all_ != 0 && all > all_ && busy >= busy_) {
            figures.cpu_percent = std::min(100.0, 100.0 * static_cast<double>(busy - busy_) /
                                                      static_cast<double>(all - all_));
        }
        all_ = all;
        busy_ = busy;
    }
    figures.load = std::strtod(proc_file(proc_ / "loadavg").c_str(), nullptr);
    const std::string memory = proc_file(proc_ / "meminfo");
    figures.memory_total = memory_entry(memory, "MemTotal");
    figures.memory_used =
        figures.memory_total - std::min(figures.memory_total, memory_entry(memory, "MemAvailable"));
    struct statvfs disk {};
    if (::statvfs(folder.c_str(), &disk) == 0) {
        figures.disk_total = disk.f_blocks * disk.f_frsize;
        // As df has it: what only root may take is neither used nor free.
        figures.disk_used = (disk.f_blocks - disk.f_bfree) * disk.f_frsize;
    }
    figures.disk_io = disk_io(proc_, folder);
    figures.network_io = network_io(proc_);
    return figures;
}

} // namespace web
