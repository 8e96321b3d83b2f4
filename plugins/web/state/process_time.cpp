#include "process_time.hpp"

#include "proc_file.hpp"

#include <sstream>

#include <unistd.h>

namespace web {

std::optional<std::uint64_t> process_time(const std::filesystem::path& proc, std::uint64_t pid) {
    const std::string stat = proc_file(proc / std::to_string(pid) / "stat");
    const std::size_t name_end = stat.rfind(')'); // a name may have any character
    if (name_end == std::string::npos) {
        return std::nullopt;
    }
    // state, ppid, pgrp, session, tty, tpgid, flags, four counts of faults, utime, stime
    std::istringstream words(stat.substr(name_end + 1));
    std::string skipped;
    for (int i = 0; i < 11; ++i) {
        words >> skipped;
    }
    std::uint64_t user = 0, system = 0;
    const long ticks = ::sysconf(_SC_CLK_TCK);
    if (!(words >> user >> system) || ticks <= 0) {
        return std::nullopt;
    }
    return (user + system) * 1000 / static_cast<std::uint64_t>(ticks);
}

} // namespace web
