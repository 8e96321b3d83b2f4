#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <type_traits>
#include <utility>

namespace banger::vm {

namespace asio = boost::asio;

/// The one loop thread, which owns all state, and the threads that block for it.
struct Threads {
    asio::io_context& loop;
    asio::thread_pool& pool;
};

namespace detail {
template <class F>
asio::awaitable<std::invoke_result_t<F>> call(F function) {
    co_return function();
}
} // namespace detail

/// Runs a blocking function on the pool; the awaiting coroutine goes on where it was (the loop).
/// The function owns what it captures: nothing of the loop's state may be reached from it.
template <class F>
asio::awaitable<std::invoke_result_t<F>> offload(Threads& threads, F function) {
    co_return co_await asio::co_spawn(threads.pool, detail::call(std::move(function)),
                                      asio::use_awaitable);
}

} // namespace banger::vm
