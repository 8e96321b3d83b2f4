#include "supervisor/vmm_files.hpp"

#include "os/error.hpp"
#include "os/file.hpp"

#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace banger::supervisor {
namespace fs = std::filesystem;

namespace {

/// One for each port on which the host listens for the guest.
std::vector<fs::path> port_sockets(const vmm::RunFolder& run) {
    const std::string prefix = run.vmm_vsock().filename().string() + "_";
    std::vector<fs::path> found;
    std::error_code code;
    for (fs::directory_iterator it(run.path, code); !code && it != fs::directory_iterator();
         it.increment(code)) {
        if (it->path().filename().string().rfind(prefix, 0) == 0) {
            found.push_back(it->path());
        }
    }
    return found;
}

} // namespace

void remove_vmm_files(const vmm::RunFolder& run) noexcept {
    try {
        for (const fs::path& path : {run.vmm_api(), run.vmm_vsock(), run.vmm_log()}) {
            ::unlink(path.c_str());
        }
        for (const fs::path& path : port_sockets(run)) {
            ::unlink(path.c_str());
        }
    } catch (const std::exception&) { // NOLINT(bugprone-empty-catch)
        // No memory. What stays is in the way of the next start, which tries again and says so.
    }
}

os::UniqueFd make_vmm_log(const vmm::RunFolder& run) {
    const fs::path path = run.vmm_log();
    if (::mkfifo(path.c_str(), 0600) != 0) {
        throw os::errno_error("make " + path.string());
    }
    return open_vmm_log(run);
}

os::UniqueFd open_vmm_log(const vmm::RunFolder& run) {
    // For writing, too: without a writer it would be at its end before the VMM has opened it.
    return os::open_file(run.vmm_log(), O_RDWR | O_NONBLOCK | O_NOFOLLOW);
}

} // namespace banger::supervisor
