#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <optional>
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

/// co_spawn wants results that can be made empty first; an optional can, whatever it holds.
template <class F>
struct Called {
    using Type = std::optional<std::invoke_result_t<F>>;
};
template <class F>
requires std::is_void_v<std::invoke_result_t<F>>
struct Called<F> {
    using Type = void;
};

template <class F>
asio::awaitable<typename Called<F>::Type> call(F function) {
    co_return function();
}

} // namespace detail

/// Runs a blocking function on the pool; the awaiting coroutine goes on where it was (the loop).
/// The function owns what it captures: nothing of the loop's state may be reached from it.
/// Keep the result in a variable and await that when the function captures anything: GCC 12
/// destroys the captures of a lambda twice that is a temporary of the co_await expression itself
/// (GCC bug 99576).
template <class F>
asio::awaitable<std::invoke_result_t<F>> offload(Threads& threads, F function) {
    using Result = std::invoke_result_t<F>;
    if constexpr (std::is_void_v<Result>) {
        co_await asio::co_spawn(threads.pool, detail::call(std::move(function)),
                                asio::use_awaitable);
    } else {
        std::optional<Result> result = co_await asio::co_spawn(
            threads.pool, detail::call(std::move(function)), asio::use_awaitable);
        co_return std::move(*result);
    }
}

} // namespace banger::vm
