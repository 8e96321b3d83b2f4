#include "cli/daemon_stop.hpp"

#include "api_client/json.hpp"
#include "cli/noun.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "os/file_lock.hpp"

namespace banger::cli {

std::optional<os::ProcessId> daemon_process(const os::UserPaths& paths) {
    const auto file = paths.data / "bangerd.lock";
    const auto text = os::find_file(file);
    if (!text || os::FileLock::try_acquire(file)) {
        return std::nullopt;
    }
    const Json owner = Json::parse(*text, nullptr, false);
    if (!owner.is_object() || text_at(owner, "socket") != paths.socket().string()) {
        return std::nullopt;
    }
    const double pid = number_at(owner, "pid").value_or(0);
    return pid > 1 ? os::identify(static_cast<pid_t>(pid)) : std::nullopt;
}

} // namespace banger::cli
