#pragma once

#include "vm/lifecycle.hpp"
#include "vm/machines.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <string>
#include <vector>

namespace banger::vm {

/// Names of the VMs that are to run once this host has come up: those with autostart "on", and
/// those with "last" that ran when it went down. By name.
[[nodiscard]] std::vector<std::string> due_starts(const Machines& machines);

/// Starts them, two at a time. One that cannot be started says so in its warnings and stays as it
/// is; the others are started all the same. [loop]
[[nodiscard]] boost::asio::awaitable<void> start_all(Lifecycle& lifecycle, Machines& machines,
                                                     std::vector<std::string> names);

} // namespace banger::vm
