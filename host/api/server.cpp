#include "api/server.hpp"

#include "api/problem.hpp"
#include "api/session.hpp"
#include "os/error.hpp"
#include "os/unix_socket.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstdint>
#include <optional>
#include <set>

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace banger::api {
namespace asio = boost::asio;
namespace fs = std::filesystem;
using Protocol = asio::local::stream_protocol;
using os::Error;
using os::ErrorKind;

namespace {

/// For streams that come to their own end when the server closes.
constexpr std::chrono::milliseconds last_words{200};
constexpr std::chrono::minutes between_not_accepted{1};

/// Who is at the other end, as the kernel knows it.
uid_t peer_uid(int fd) {
    ucred peer{};
    socklen_t size = sizeof peer;
    if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) {
        throw os::errno_error("ask who is at the other end of a socket");
    }
    return peer.uid;
}

/// Names the file of our listener, so that close() does not remove a successor's.
struct FileIdentity {
    dev_t device = 0;
    ino_t inode = 0;
    bool operator==(const FileIdentity&) const = default;

    static FileIdentity of(const fs::path& path) {
        struct stat info {};
        return ::lstat(path.c_str(), &info) == 0 ? FileIdentity{info.st_dev, info.st_ino}
                                                 : FileIdentity{};
    }
};

} // namespace

struct Server::State : std::enable_shared_from_this<Server::State> {
    State(asio::io_context& loop_of, const Router& router_of, fs::path path_of, ServerOptions given)
        : loop(loop_of), router(router_of), path(std::move(path_of)), options(std::move(given)),
          acceptor(loop, Protocol(), os::listen_unix(path, SOMAXCONN).release()),
          identity(FileIdentity::of(path)), ended(loop, asio::steady_timer::time_point::max()) {
        acceptor.non_blocking(true);
    }

    asio::io_context& loop;
    const Router& router;
    fs::path path;
    ServerOptions options;
    Protocol::acceptor acceptor;
    FileIdentity identity;
    std::set<Session*> sessions;
    asio::steady_timer ended; ///< cancelled when a session goes
    bool closing = false;
    std::uint64_t not_accepted = 0; ///< connections, since that was told
    std::optional<std::chrono::steady_clock::time_point> not_accepted_told;

    void log(std::string_view level, const std::string& text) const {
        if (options.log) {
            options.log(level, text);
        }
    }

    /// Once a minute, however often it fails.
    void tell_not_accepted(const std::string& why) {
        const auto now = std::chrono::steady_clock::now();
        ++not_accepted;
        if (not_accepted_told && now - *not_accepted_told < between_not_accepted) {
            return;
        }
        log("warning", "accept a connection: " + why +
                           (not_accepted > 1 ? " (" + std::to_string(not_accepted) +
                                                   " times since that was said last)"
                                             : ""));
        not_accepted_told = now;
        not_accepted = 0;
    }

    void stop_listening() noexcept {
        closing = true;
        boost::system::error_code code;
        acceptor.close(code);
        if (FileIdentity::of(path) == identity && identity != FileIdentity{}) {
            ::unlink(path.c_str());
        }
    }

    void refuse(Socket& socket, const Response& response) const {
        log("warning", "a connection was refused: " + response.body);
        const std::string bytes = refusal(response);
        // A new socket has room for it; a client that cannot take it gets nothing.
        static_cast<void>(::send(socket.native_handle(), bytes.data(), bytes.size(),
                                 MSG_NOSIGNAL | MSG_DONTWAIT));
    }

    void welcome(Socket socket) {
        const uid_t uid = peer_uid(socket.native_handle());
        if (uid != 0 && uid != options.uid.value_or(::geteuid())) {
            refuse(socket, problem(Error(ErrorKind::permission,
                                         "this daemon belongs to another user (uid " +
                                             std::to_string(::geteuid()) + ")",
                                         "start your own: banger daemon start")));
            return;
        }
        if (sessions.size() >= options.max_connections) {
            refuse(socket, problem(Error(ErrorKind::exhausted,
                                         "bangerd has " + std::to_string(sessions.size()) +
                                             " connections already",
                                         "end some of the programs that follow it"),
                                   503));
            return;
        }
        auto session = std::make_unique<Session>(std::move(socket), router, options,
                                                 "uid " + std::to_string(uid));
        asio::co_spawn(loop, serve(shared_from_this(), std::move(session)), asio::detached);
    }

    static asio::awaitable<void> serve(std::shared_ptr<State> state,
                                       std::unique_ptr<Session> session) {
        state->sessions.insert(session.get());
        co_await session->run();
        state->sessions.erase(session.get());
        state->ended.cancel();
    }

    /// Returns when no session is left, or at the deadline.
    asio::awaitable<void> all_ended(std::chrono::steady_clock::time_point deadline) {
        while (!sessions.empty() && std::chrono::steady_clock::now() < deadline) {
            ended.expires_at(deadline);
            boost::system::error_code code;
            co_await ended.async_wait(asio::redirect_error(asio::use_awaitable, code));
        }
    }

    static asio::awaitable<void> accept_all(std::shared_ptr<State> state) {
        asio::steady_timer rest(state->loop);
        while (!state->closing) {
            boost::system::error_code code;
            Socket socket = co_await state->acceptor.async_accept(
                asio::redirect_error(asio::use_awaitable, code));
            if (state->closing) {
                break;
            }
            if (code == asio::error::operation_aborted) {
                continue; // it listens anew
            }
            if (code) {
                // Out of descriptors, most likely: some will be free in a moment, or never.
                state->tell_not_accepted(code.message());
                rest.expires_after(std::chrono::milliseconds(100));
                co_await rest.async_wait(asio::use_awaitable);
                continue;
            }
            try {
                state->welcome(std::move(socket));
            } catch (...) {
                state->log("warning", os::current_error().what());
            }
        }
    }
};

Server::Server(asio::io_context& loop, const Router& router, fs::path socket, ServerOptions options)
    : state_(std::make_shared<State>(loop, router, std::move(socket), std::move(options))) {
    asio::co_spawn(loop, State::accept_all(state_), asio::detached);
}

Server::~Server() {
    state_->stop_listening();
    for (Session* session : state_->sessions) {
        session->cut();
    }
}

std::size_t Server::connections() const noexcept {
    return state_->sessions.size();
}

void Server::listen_again() {
    boost::system::error_code code;
    state_->acceptor.close(code);
    state_->acceptor.assign(Protocol(), os::listen_unix(state_->path, SOMAXCONN).release());
    state_->acceptor.non_blocking(true);
    state_->identity = FileIdentity::of(state_->path);
}

asio::awaitable<void> Server::close(std::chrono::milliseconds grace) {
    const auto state = state_; // it may be destroyed while we wait
    const auto now = std::chrono::steady_clock::now();
    state->stop_listening();
    for (Session* session : state->sessions) {
        session->close();
    }
    // Who follows an operation that has just ended is told so; the stream of all events never ends.
    co_await state->all_ended(now + std::min(grace, last_words));
    for (Session* session : state->sessions) {
        session->end_stream();
    }
    co_await state->all_ended(now + grace);
    for (Session* session : state->sessions) {
        session->cut();
    }
}

} // namespace banger::api
