#pragma once

#include "vm/lifecycle.hpp"
#include "vm/machines.hpp"

#include <boost/asio/awaitable.hpp>
#include <spdlog/logger.h>

namespace banger::store {
class Database;
}

namespace banger::daemon {

/// Starts the VMs that are to run once this machine has come up, in the first daemon after that and
/// in no later one: who stopped a VM since wants it so. A daemon that ends meanwhile leaves the
/// rest to the next.
[[nodiscard]] boost::asio::awaitable<void>
start_with_host(vm::Lifecycle& lifecycle, vm::Machines& machines, store::Database& database,
                const bool& stopping, spdlog::logger& log);

} // namespace banger::daemon
