#include "daemon/jailing.hpp"

#include "config/config.hpp"
#include "os/error.hpp"
#include "privileged/jail_list.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <thread>

#include <nlohmann/json.hpp>

namespace banger::daemon {
namespace {

using namespace std::chrono_literals;
using os::Error;
using os::ErrorKind;

/// The helper that watched over the VMM cleans up by itself, unless it was killed, too.
constexpr std::chrono::seconds helper_takes{10};

enum class Left { nothing, living, dead };

Left what_is_left(const std::string& vm_id) {
    Left left = Left::nothing;
    for (const privileged::ListedJail& jail : privileged::own_jails()) {
        if (jail.vm == vm_id) {
            left = jail.dead ? Left::dead : std::max(left, Left::living);
        }
    }
    return left;
}

void clean(const privileged::Client& privileged, const std::string& vm_id) {
    const auto deadline = std::chrono::steady_clock::now() + helper_takes;
    for (Left left = what_is_left(vm_id); left != Left::nothing; left = what_is_left(vm_id)) {
        if (left == Left::dead) {
            (void)privileged.run("jail-clean", nlohmann::json::object());
        }
        std::this_thread::sleep_for(left == Left::dead ? 500ms : 20ms);
        if (std::chrono::steady_clock::now() > deadline) {
            throw Error(ErrorKind::busy, "the jail of VM " + vm_id + " does not end",
                        "look for a hanging banger-priv process");
        }
        std::this_thread::sleep_for(20ms);
    }
}

} // namespace

vm::Jails jails(const config::Config& config, const privileged::Client& privileged) {
    vm::Jails made;
    if (config.firecracker.jailer) {
        made.setup = [&privileged, first = config.firecracker.jail_uid]() {
            return std::optional(vmm::JailSetup{privileged.lasting_command("jail-run"),
                                                privileged.allow_command(),
                                                static_cast<std::uint32_t>(first)});
        };
    }
    made.clean = [&privileged](const std::string& vm_id) { clean(privileged, vm_id); };
    return made;
}

void clean_dead_jails(const privileged::Client& privileged,
                      const std::function<void(const std::string& text)>& warn) {
    const auto all = privileged::own_jails();
    if (std::none_of(all.begin(), all.end(), [](const auto& jail) { return jail.dead; })) {
        return;
    }
    try {
        (void)privileged.run("jail-clean", nlohmann::json::object());
    } catch (const Error& error) {
        warn(std::string("what dead jails hold stays: ") + error.what());
    }
}

} // namespace banger::daemon
