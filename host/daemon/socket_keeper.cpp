#include "daemon/socket_keeper.hpp"

#include "os/error.hpp"
#include "os/file.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <array>
#include <filesystem>
#include <utility>

#include <spdlog/logger.h>

namespace banger::daemon {
namespace asio = boost::asio;
using os::Error;

SocketKeeper::SocketKeeper(asio::io_context& loop, const os::UserPaths& paths, spdlog::logger& log,
                           std::function<void()> listen_again)
    : loop_(loop), paths_(paths), log_(log), listen_again_(std::move(listen_again)) {}

asio::awaitable<void> SocketKeeper::run() {
    while (kept_) {
        asio::posix::stream_descriptor removals(loop_);
        boost::system::error_code code;
        try {
            removals.assign(os::watch_removals(paths_.runtime).release());
        } catch (const Error& error) {
            if (error.kind() != os::ErrorKind::not_found) { // no inotify to be had
                log_.warn("{}: the socket is not made again if it is removed", error.what());
                co_return;
            }
            code = asio::error::not_found;
        }
        while (!code && std::filesystem::exists(paths_.socket(), code)) {
            std::array<char, 4096> told{};
            co_await removals.async_read_some(asio::buffer(told),
                                              asio::redirect_error(asio::use_awaitable, code));
        }
        asio::steady_timer pause(loop_, std::chrono::milliseconds(100)); // the rest is going, too
        co_await pause.async_wait(asio::use_awaitable);
        if (kept_) {
            make_again();
        }
    }
}

void SocketKeeper::make_again() {
    try {
        os::make_private_dir(paths_.runtime / "vm");
        listen_again_();
    } catch (const Error& error) {
        throw error.with_context(paths_.socket().string() +
                                 " was removed and cannot be made again");
    }
    log_.warn("{} was removed and is made again", paths_.socket().string());
}

} // namespace banger::daemon
