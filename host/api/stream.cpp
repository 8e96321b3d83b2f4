#include "api/stream.hpp"

#include "os/error.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace banger::api {
namespace asio = boost::asio;
using os::Error;
using os::ErrorKind;

Stream::Stream(const asio::any_io_executor& executor)
    : readable_(executor, asio::steady_timer::time_point::max()),
      writable_(executor, asio::steady_timer::time_point::max()),
      gone_(executor, asio::steady_timer::time_point::max()) {}

asio::awaitable<void> Stream::wait(asio::steady_timer& timer) {
    boost::system::error_code code; // a cancel() is how such a wait ends
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, code));
}

asio::awaitable<void> Stream::write(std::string_view bytes) {
    if (!closed_) {
        pending_ += bytes;
        readable_.cancel();
    }
    return wait_for_room();
}

asio::awaitable<void> Stream::wait_for_room() {
    while (!closed_ && pending_.size() > high_water) {
        co_await wait(writable_);
    }
    if (closed_) {
        throw Error(ErrorKind::cancelled, "the reader of the stream went away");
    }
}

bool Stream::post(std::string_view bytes) {
    if (closed_ || finished_) {
        return false;
    }
    if (pending_.size() + bytes.size() > limit) {
        failure_ = std::make_exception_ptr(
            Error(ErrorKind::exhausted, "the reader of the stream is too slow"));
        pending_.clear();
        close();
        return false;
    }
    pending_ += bytes;
    readable_.cancel();
    return true;
}

asio::awaitable<void> Stream::closed() {
    while (!closed_) {
        co_await wait(gone_);
    }
}

asio::awaitable<bool> Stream::pause(std::chrono::milliseconds time) {
    asio::steady_timer timer(gone_.get_executor());
    timer.expires_after(time);
    pauses_.insert(&timer);
    co_await wait(timer);
    pauses_.erase(&timer);
    co_return !closed_;
}

asio::awaitable<std::optional<std::string>> Stream::read() {
    while (pending_.empty()) {
        if (failure_) {
            std::rethrow_exception(failure_);
        }
        if (finished_ || closed_) {
            co_return std::nullopt;
        }
        co_await wait(readable_);
    }
    writable_.cancel();
    co_return std::exchange(pending_, {});
}

void Stream::close() {
    closed_ = true;
    readable_.cancel();
    writable_.cancel();
    gone_.cancel();
    for (asio::steady_timer* timer : pauses_) {
        timer->cancel();
    }
}

void Stream::finish(std::exception_ptr failure) {
    finished_ = true;
    if (!failure_) {
        failure_ = std::move(failure);
    }
    readable_.cancel();
}

namespace {

asio::awaitable<void> produce(std::shared_ptr<Stream> stream, StreamHandler handler) {
    std::exception_ptr failure;
    try {
        co_await handler(*stream);
    } catch (...) {
        failure = std::current_exception();
    }
    stream->finish(failure);
}

} // namespace

std::shared_ptr<Stream> start_stream(const asio::any_io_executor& executor, StreamHandler handler) {
    auto stream = std::make_shared<Stream>(executor);
    asio::co_spawn(executor, produce(stream, std::move(handler)), asio::detached);
    return stream;
}

} // namespace banger::api
