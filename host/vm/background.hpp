#pragma once

#include "os/error.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <functional>
#include <utility>

namespace banger::vm {

/// Starts work that nobody waits for. What it throws is told to `failed` on the loop thread
/// instead of being lost; `failed` throws nothing.
inline void start_background(boost::asio::io_context& loop, boost::asio::awaitable<void> work,
                             std::function<void(const os::Error&)> failed) {
    boost::asio::co_spawn(loop, std::move(work),
                          [failed = std::move(failed)](const std::exception_ptr& thrown) {
                              if (thrown) {
                                  try {
                                      std::rethrow_exception(thrown);
                                  } catch (...) {
                                      failed(os::current_error());
                                  }
                              }
                          });
}

} // namespace banger::vm
