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

/// Returns when `from` ends. What `to` does not take any more is read all the same: its own end
/// comes by the other direction, behind what it still has to say.
template <class From, class To>
asio::awaitable<void> pump(From& from, To& to) {
    std::array<char, 16384> buffer{};
    boost::system::error_code read_code;
    boost::system::error_code write_code;
    for (;;) {
        const std::size_t n = co_await from.async_read_some(
            asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, read_code));
        if (read_code) {
            co_return;
        }
        if (!write_code) {
            co_await asio::async_write(to, asio::buffer(buffer.data(), n),
                                       asio::redirect_error(asio::use_awaitable, write_code));
        }
    }
}

asio::awaitable<void> join(Socket& client, std::string first, std::shared_ptr<Descriptor> stream) {
    using namespace asio::experimental::awaitable_operators;
    boost::system::error_code code;
    co_await asio::async_write(*stream, asio::buffer(first),
                               asio::redirect_error(asio::use_awaitable, code));
    co_await (pump(client, *stream) || pump(*stream, client));
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
