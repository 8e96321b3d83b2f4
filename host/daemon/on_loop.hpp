#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <future>
#include <type_traits>

namespace banger::daemon {

/// Runs a function on the loop and waits for its result; never call it on the loop itself. Throws
/// what the function throws, and std::future_error when the loop ends first.
template <class F>
std::invoke_result_t<F> on_loop(boost::asio::io_context& loop, F function) {
    std::packaged_task<std::invoke_result_t<F>()> task(std::move(function));
    auto result = task.get_future();
    boost::asio::post(loop, std::move(task));
    return result.get();
}

} // namespace banger::daemon
