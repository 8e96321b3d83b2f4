#pragma once

#include <functional>
#include <thread>

namespace banger::plugin {

/// Starts a thread that runs `body`. Throws std::system_error when there is none to be had.
using ThreadStart = std::function<std::thread(std::function<void()> body)>;

/// With every signal blocked in it.
[[nodiscard]] std::thread start_thread(std::function<void()> body);

} // namespace banger::plugin
