#include "daemon/data_lock.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/paths.hpp"
#include "os/process.hpp"

#include <chrono>
#include <thread>

#include <nlohmann/json.hpp>
#include <unistd.h>

namespace banger::daemon {
using nlohmann::json;
using os::Error;
using os::ErrorKind;

namespace {

constexpr int dying_tries = 250; ///< of 20 ms

bool owner_lives(const std::filesystem::path& file) {
    const json owner = json::parse(os::find_file(file).value_or(""), nullptr, false);
    const auto id = os::identify(owner.is_object() ? owner.value("pid", 0) : 0);
    return id && id->alive();
}

Error held(const os::UserPaths& paths, const std::filesystem::path& file) {
    const json owner = json::parse(os::find_file(file).value_or(""), nullptr, false);
    const std::string message = "another bangerd uses " + paths.data.string();
    if (!owner.is_object()) { // it starts this very moment
        return Error(ErrorKind::busy, message, "try again in a moment");
    }
    const std::string pid = std::to_string(owner.value("pid", 0));
    const std::string socket = owner.value("socket", "");
    const std::string runtime = owner.value("runtime", "");
    const bool ours = socket == paths.socket(); // it serves that in a moment, or is ending
    return Error(ours ? ErrorKind::busy : ErrorKind::conflict,
                 message + ": process " + pid + ", socket " + socket,
                 ours ? "end it with: kill " + pid + " (VMs run on)"
                      : "talk to it with: XDG_RUNTIME_DIR=" + runtime +
                            " banger daemon status, or end it with: kill " + pid + " (VMs run on)");
}

} // namespace

os::FileLock lock_data(const os::UserPaths& paths) {
    const auto file = paths.data / "bangerd.lock";
    auto lock = os::FileLock::try_acquire(file);
    // One that was killed lets go of it with the last of its threads, after the other lock maybe.
    for (int i = 0; !lock && i < dying_tries && !owner_lives(file); ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        lock = os::FileLock::try_acquire(file);
    }
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
