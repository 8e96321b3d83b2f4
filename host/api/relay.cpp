#include "api/relay.hpp"

#include "api/server.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <memory>

namespace banger::api {
namespace asio = boost::asio;

namespace {

using Descriptor = asio::posix::stream_descriptor;

template <class From, class To>
asio::awaitable<void> pump(From& from, To& to) {
    std::array<char, 16384> buffer{};
    boost::system::error_code code;
    for (;;) {
        const std::size_t n = co_await from.async_read_some(
            asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, code));
        if (code) {
            co_return;
        }
        co_await asio::async_write(to, asio::buffer(buffer.data(), n),
                                   asio::redirect_error(asio::use_awaitable, code));
        if (code) {
            co_return;
        }
    }
}

asio::awaitable<void> join(Socket& client, std::string first, std::shared_ptr<Descriptor> stream) {
    using namespace asio::experimental::awaitable_operators;
    boost::system::error_code code;
    co_await asio::async_write(*stream, asio::buffer(first),
                               asio::redirect_error(asio::use_awaitable, code));
    if (!code) {
        co_await (pump(client, *stream) || pump(*stream, client));
    }
}

} // namespace

UpgradeHandler relay(asio::io_context& loop, os::UniqueFd stream, std::shared_ptr<void> held) {
    auto descriptor = std::make_shared<Descriptor>(loop, stream.get());
    (void)stream.release(); // it is the descriptor's now
    return [descriptor = std::move(descriptor), held = std::move(held)](Socket& client,
                                                                        std::string first) {
        return join(client, std::move(first), descriptor);
    };
}

} // namespace banger::api
