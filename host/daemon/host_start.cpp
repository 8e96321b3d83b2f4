#include "daemon/host_start.hpp"

#include "os/error.hpp"
#include "os/process.hpp"
#include "store/database.hpp"
#include "store/kv_table.hpp"
#include "vm/auto_start.hpp"

namespace banger::daemon {

boost::asio::awaitable<void> start_with_host(vm::Lifecycle& lifecycle, vm::Machines& machines,
                                             store::Database& database, const bool& stopping,
                                             spdlog::logger& log) {
    constexpr std::string_view own = "banger"; // our name among the plugins' keys
    constexpr std::string_view key = "boot_id";
    store::KvTable kept(database);
    const std::string boot = os::current_boot_id();
    if (stopping || kept.find(own, key) == boot) {
        co_return;
    }
    const std::vector<std::string> names = vm::due_starts(machines);
    co_await vm::start_all(lifecycle, machines, names);
    if (stopping) {
        co_return;
    }
    try {
        kept.set(own, key, boot);
    } catch (const os::Error& error) { // a full disk
        log.warn("the next bangerd starts VMs with autostart again: {}", error.what());
    }
}

} // namespace banger::daemon
