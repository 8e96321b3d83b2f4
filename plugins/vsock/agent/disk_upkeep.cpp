#include "agent.hpp"
#include "counters.hpp"
#include "json_text.hpp"
#include "proc_file.hpp"
#include "routes.hpp"
#include "simple_exchange.hpp"
#include "words.hpp"

#include "guest/fd.hpp"

#include <limits>

#include <fcntl.h>
#include <linux/fs.h>
#include <nlohmann/json.hpp>
#include <sys/ioctl.h>
#include <unistd.h>

namespace agent {
namespace {

/// Tells the disks which blocks their file systems do not use. One that cannot is left out.
std::string trim() {
    nlohmann::json trimmed = nlohmann::json::array();
    for (const Mount& mount : parse_mounts(read_proc("/proc/self/mountinfo"))) {
        if (!mount.on_disk) {
            continue;
        }
        const banger::guest::Fd folder(
            ::open(mount.path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        fstrim_range range{0, std::numeric_limits<std::uint64_t>::max(), 0};
        if (folder && ::ioctl(folder.get(), FITRIM, &range) == 0) {
            trimmed.push_back(
                {{"mount", printable(mount.path, 1024)}, {"bytes", std::uint64_t{range.len}}});
        }
    }
    return to_text({{"trimmed", trimmed}});
}

std::string write_all() {
    ::sync();
    return "{}";
}

} // namespace

std::unique_ptr<Exchange> open_trim(Agent& agent, Session& session, const Head& head) {
    return std::make_unique<JobExchange>(agent.loop(), agent.jobs(), session, head,
                                         [](const std::string&) { return trim(); });
}

std::unique_ptr<Exchange> open_sync(Agent& agent, Session& session, const Head& head) {
    return std::make_unique<JobExchange>(agent.loop(), agent.jobs(), session, head,
                                         [](const std::string&) { return write_all(); });
}

} // namespace agent
