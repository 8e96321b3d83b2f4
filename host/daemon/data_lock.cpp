#include "daemon/data_lock.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/paths.hpp"
#include "os/process.hpp"

#include <nlohmann/json.hpp>
#include <unistd.h>

namespace banger::daemon {
using nlohmann::json;
using os::Error;
using os::ErrorKind;

namespace {

Error held(const os::UserPaths& paths, const std::filesystem::path& file) {
    const json owner = json::parse(os::find_file(file).value_or(""), nullptr, false);
    const std::string message = "another bangerd uses " + paths.data.string();
    if (!owner.is_object()) { // it starts this very moment
        return Error(ErrorKind::busy, message, "try again in a moment");
    }
    const pid_t number = owner.value("pid", 0);
    const std::string pid = std::to_string(number);
    const std::string socket = owner.value("socket", "");
    const std::string runtime = owner.value("runtime", "");
    const bool ours = socket == paths.socket(); // it serves that in a moment, or is ending
    // One that was killed lets go of the lock with the last of its threads.
    const auto process = os::identify(number);
    const bool dying = !process || !process->alive();
    return Error(ours || dying ? ErrorKind::busy : ErrorKind::conflict,
                 message + ": process " + pid + ", socket " + socket,
                 ours ? "end it with: kill " + pid + " (VMs run on)"
                      : "talk to it with: XDG_RUNTIME_DIR=" + runtime +
                            " banger daemon status, or end it with: kill " + pid + " (VMs run on)");
}

} // namespace

os::FileLock lock_data(const os::UserPaths& paths) {
    const auto file = paths.data / "bangerd.lock";
    auto lock = os::FileLock::try_acquire(file);
    if (!lock) {
        throw held(paths, file);
    }
    const std::string owner = json({{"pid", ::getpid()},
                                    {"socket", paths.socket().string()},
                                    {"runtime", paths.runtime.parent_path().string()}})
                                  .dump(-1, ' ', false, json::error_handler_t::replace) +
                              "\n";
    if (::ftruncate(lock->fd(), 0) != 0) {
        throw os::errno_error("write " + file.string());
    }
    os::write_all(lock->fd(), owner, "write " + file.string());
    return std::move(*lock);
}

} // namespace banger::daemon
