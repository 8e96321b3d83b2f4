#include "server.hpp"

#include "connection.hpp"
#include "gate/peer.hpp"
#include "listener.hpp"
#include "terminal/shells.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <condition_variable>
#include <mutex>
#include <set>

#include <unistd.h>

namespace web {
namespace asio = boost::asio;
using Acceptor = asio::ip::tcp::acceptor;
using boost::system::error_code;

namespace {

/// Those that are being answered when we stop have so long.
constexpr std::chrono::seconds grace{3};
/// Those that are cut need none.
constexpr std::chrono::seconds end_time{1};
constexpr std::chrono::milliseconds rest_time{100};

Gate::Rules rules_for(std::uint16_t port) {
    Gate::Rules rules;
    rules.owner = ::geteuid();
    for (const char* name : {"127.0.0.1", "localhost", "banger.localhost"}) {
        rules.hosts.push_back(name + (":" + std::to_string(port)));
    }
    return rules;
}

/// Both ends of a connection are to be on 127.0.0.1, as whom else would the kernel know?
std::optional<std::uint32_t> uid_of(const Socket& socket) {
    error_code code;
    const auto own = socket.local_endpoint(code);
    const auto peer = code ? own : socket.remote_endpoint(code);
    const auto here = asio::ip::address_v4::loopback();
    if (code || own.address() != here || peer.address() != here) {
        return std::nullopt;
    }
    return peer_uid(own.port(), peer.port());
}

} // namespace

class Server::Implementation {
  public:
    Implementation(banger::Host host_of, const Router& router, const Csrf& csrf, Pages pages)
        : host(host_of), answers(router, csrf, std::move(pages)) {}
    ~Implementation() {
        close(std::chrono::seconds(0));
        if (workers) {
            workers->stop();
        }
        wait_until_ended(end_time);
        loop.stop();
    }
    Implementation(const Implementation&) = delete;
    Implementation& operator=(const Implementation&) = delete;

    void start(const Settings& settings);
    void close(std::chrono::milliseconds time_to_end) noexcept;

    banger::Host host;
    Answers answers;
    asio::io_context loop{1};
    std::optional<Workers> workers;
    std::optional<Shells> shells;
    std::optional<Service> service;
    std::optional<Acceptor> acceptor;
    std::set<std::shared_ptr<Connection>> connections;
    std::uint16_t port = 0;

  private:
    asio::awaitable<void> accept_all();
    asio::awaitable<void> serve(std::shared_ptr<Connection> connection);
    void welcome(Socket socket);
    bool make_room(bool stranger);
    void close_all();
    void turn() noexcept;
    void wait_until_ended(std::chrono::milliseconds time);

    std::mutex mutex_;
    std::condition_variable ended_;
    bool all_ended_ = true;                ///< under mutex_
    std::optional<banger::Thread> thread_; ///< last: it uses the others
};

void Server::Implementation::start(const Settings& settings) {
    acceptor.emplace(
        listen_at(loop.get_executor(), settings.address, settings.port, settings.other_port));
    port = acceptor->local_endpoint().port();
    workers.emplace(host, settings.limits.workers, settings.limits.handler_time);
    shells.emplace(loop.get_executor(), settings.limits.shell);
    service.emplace(
        Service{host, settings.limits, Gate(rules_for(port)), answers, *workers, *shells});
    asio::co_spawn(loop, accept_all(), asio::detached);
    thread_.emplace(host, "web", [this](banger::Call&) { turn(); });
    const std::lock_guard lock(mutex_);
    all_ended_ = false;
}

void Server::Implementation::turn() noexcept {
    const auto work = asio::make_work_guard(loop);
    while (!loop.stopped()) {
        try {
            loop.run();
        } catch (const std::exception& error) {
            host.log(BANGER_LOG_ERROR, "the network thread goes on after",
                     {{"error", error.what()}});
        }
    }
}

/// The oldest that waits makes room for who comes. Strangers have a few places of their own, so
/// that they keep nobody out.
bool Server::Implementation::make_room(bool stranger) {
    const auto is_stranger = [this](const Connection& connection) {
        return !service->gate.knows(connection.uid());
    };
    std::size_t count = 0;
    std::shared_ptr<Connection> oldest;
    for (const auto& each : connections) {
        if (is_stranger(*each) != stranger) {
            continue;
        }
        ++count;
        const auto since = each->idle_since();
        if (since && (!oldest || *since < *oldest->idle_since())) {
            oldest = each;
        }
    }
    if (count < (stranger ? service->limits.strangers : service->limits.connections)) {
        return true;
    }
    if (oldest) {
        oldest->cut();
    }
    return oldest != nullptr;
}

void Server::Implementation::welcome(Socket socket) {
    const auto uid = uid_of(socket);
    if (!make_room(!service->gate.knows(uid))) {
        return; // closed without a word
    }
    error_code ignored;
    socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    auto connection = std::make_shared<Connection>(std::move(socket), uid, *service);
    asio::co_spawn(loop, serve(std::move(connection)), asio::detached);
}

asio::awaitable<void> Server::Implementation::serve(std::shared_ptr<Connection> connection) {
    connections.insert(connection);
    co_await connection->run();
    connections.erase(connection);
    if (service->closing && connections.empty()) {
        const std::lock_guard lock(mutex_);
        all_ended_ = true;
        ended_.notify_all();
    }
}

asio::awaitable<void> Server::Implementation::accept_all() {
    asio::steady_timer rest(loop);
    while (!service->closing) {
        error_code code;
        Socket socket =
            co_await acceptor->async_accept(asio::redirect_error(asio::use_awaitable, code));
        if (service->closing) {
            break;
        }
        if (code) { // out of descriptors, most likely: some will be free in a moment, or never
            rest.expires_after(rest_time);
            co_await rest.async_wait(asio::redirect_error(asio::use_awaitable, code));
            continue;
        }
        try {
            welcome(std::move(socket));
        } catch (const std::exception& error) {
            host.log(BANGER_LOG_WARNING, "a connection was dropped", {{"error", error.what()}});
        }
    }
}

/// On the network thread.
void Server::Implementation::close_all() {
    service->closing = true;
    error_code ignored;
    acceptor->close(ignored);
    const auto all = connections; // closing may end one
    for (const auto& connection : all) {
        connection->close();
    }
    shells->stop();
    if (connections.empty()) {
        const std::lock_guard lock(mutex_);
        all_ended_ = true;
        ended_.notify_all();
    }
}

void Server::Implementation::close(std::chrono::milliseconds time_to_end) noexcept {
    if (!thread_) {
        return;
    }
    asio::post(loop, [this] { close_all(); });
    wait_until_ended(time_to_end);
    asio::post(loop, [this] {
        const auto all = connections;
        for (const auto& connection : all) {
            connection->cut();
        }
    });
}

void Server::Implementation::wait_until_ended(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    ended_.wait_for(lock, time, [this] { return all_ended_; });
}

Server::Server(banger::Host host, const Router& router, const Csrf& csrf, Pages pages)
    : implementation_(std::make_unique<Implementation>(host, router, csrf, std::move(pages))) {}

Server::~Server() = default;

void Server::start(const Settings& settings) {
    implementation_->start(settings);
}

void Server::stop() noexcept {
    implementation_->close(grace);
}

void Server::vm_changed(const std::string& vm_id, const std::string& state) {
    asio::post(implementation_->loop, [all = implementation_.get(), vm_id, state] {
        if (all->shells) {
            all->shells->vm_changed(vm_id, state);
        }
    });
}

std::uint16_t Server::port() const {
    return implementation_->port;
}

bool Server::given_up() const {
    return implementation_->answers.given_up();
}

} // namespace web
