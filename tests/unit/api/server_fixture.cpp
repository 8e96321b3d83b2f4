#include "unit/api/server_fixture.hpp"

#include "os/error.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>

#include <future>

#include <nlohmann/json.hpp>

namespace banger::api {
namespace asio = boost::asio;
using nlohmann::json;

namespace {

constexpr auto fixture_table = std::to_array<Route>({
    {"GET", "/hello", "hello", ""},
    {"GET", "/things/{name}", "thing", "color size"},
    {"DELETE", "/things/{name}", "deleteThing", ""},
    {"POST", "/echo", "echo", ""},
    {"GET", "/slow", "slow", "ms"},
    {"GET", "/fail", "fail", ""},
    {"GET", "/count", "count", "to"},
    {"GET", "/events", "events", ""},
    {"GET", "/ending", "ending", ""},
    {"GET", "/flood", "flood", ""},
    {"GET", "/breaks", "breaks", ""},
    {"GET", "/attach", "attach", ""},
});

/// Counts as long as it lives.
struct Running {
    explicit Running(std::atomic<int>& count_of) : count(count_of) { ++count; }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running() { --count; }
    std::atomic<int>& count;
};

asio::awaitable<void> shout(Socket& socket, std::string first) {
    std::string text = std::move(first);
    for (;;) {
        for (char& c : text) {
            c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        }
        co_await asio::async_write(socket, asio::buffer(text), asio::use_awaitable);
        text.resize(1000);
        const std::size_t n =
            co_await socket.async_read_some(asio::buffer(text), asio::use_awaitable);
        text.resize(n);
    }
}

bool eventually(const std::function<bool()>& holds) {
    for (int i = 0; i < 4000; ++i) {
        if (holds()) {
            return true;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return false;
}

} // namespace

ServerFixture::ServerFixture() : work_(asio::make_work_guard(loop_)), router_(fixture_table) {
    add_routes();
}

void ServerFixture::add_routes() {
    router_.on("GET", "/hello",
               [](Request) -> asio::awaitable<Response> { co_return text_response("hello\n"); });
    router_.on("GET", "/things/{name}", [](Request request) -> asio::awaitable<Response> {
        json body;
        body["name"] = request.param("name");
        body["query"] = request.query;
        body["caller"] = request.caller;
        co_return json_response(body);
    });
    router_.on("DELETE", "/things/{name}",
               [](Request) -> asio::awaitable<Response> { co_return json_response({}, 202); });
    router_.on("POST", "/echo", [](Request request) -> asio::awaitable<Response> {
        co_return json_response(request.json());
    });
    router_.on("GET", "/slow", [this](Request request) -> asio::awaitable<Response> {
        const Running running(slow);
        const auto ms = request.find_number("ms", 0, 10'000).value_or(300);
        asio::steady_timer timer(loop_, std::chrono::milliseconds(ms));
        co_await timer.async_wait(asio::use_awaitable);
        co_return text_response("at last\n");
    });
    router_.on("GET", "/fail", [](Request) -> asio::awaitable<Response> {
        throw os::Error(os::ErrorKind::exhausted, "the disk is full", "free some space");
        co_return Response{};
    });
    router_.on("GET", "/count", [this](Request request) -> asio::awaitable<Response> {
        const auto to = request.find_number("to", 0, 1'000'000).value_or(3);
        co_return line_stream([this, to](Stream& stream) -> asio::awaitable<void> {
            const Running running(streams);
            for (std::int64_t i = 1; i <= to; ++i) {
                const std::string line = "{\"i\":" + std::to_string(i) + "}\n";
                co_await stream.write(line);
            }
        });
    });
    router_.on("GET", "/events", [this](Request) -> asio::awaitable<Response> {
        co_return line_stream([this](Stream& stream) -> asio::awaitable<void> {
            const Running running(streams);
            stream.post("first\n");
            co_await stream.closed();
        });
    });
    router_.on("GET", "/ending", [](Request) -> asio::awaitable<Response> {
        co_return line_stream([](Stream& stream) -> asio::awaitable<void> {
            co_await stream.write("first\n");
            (void)co_await stream.pause(std::chrono::milliseconds(50));
            co_await stream.write("last words\n");
        });
    });
    router_.on("GET", "/flood", [this](Request) -> asio::awaitable<Response> {
        co_return text_stream([this](Stream& stream) -> asio::awaitable<void> {
            const Running running(streams);
            const std::string line(1000, 'x');
            for (bool good = true; good;) {
                for (int i = 0; i < 100 && stream.post(line); ++i) {
                }
                good = co_await stream.pause(std::chrono::milliseconds(1));
            }
        });
    });
    router_.on("GET", "/breaks", [](Request) -> asio::awaitable<Response> {
        co_return line_stream([](Stream& stream) -> asio::awaitable<void> {
            co_await stream.write("one\n");
            throw os::Error(os::ErrorKind::internal, "it broke");
        });
    });
    router_.on("GET", "/attach", [this](Request request) -> asio::awaitable<Response> {
        request.require_upgrade("shout");
        co_return upgrade_response(
            "shout", [this](Socket& peer, std::string first) -> asio::awaitable<void> {
                const Running running(upgrades);
                co_await shout(peer, std::move(first));
            });
    });
}

void ServerFixture::start(ServerOptions options) {
    options.log = [this](std::string_view level, const std::string& text) {
        const std::scoped_lock hold(lock_);
        log_ += std::string(level) + ": " + text + "\n";
    };
    server_ = std::make_unique<Server>(loop_, router_, socket, std::move(options));
    thread_ = std::thread([this] { loop_.run(); });
}

ServerFixture::~ServerFixture() {
    if (thread_.joinable()) {
        on_loop([this] { server_.reset(); });
        work_.reset(); // the loop ends when no coroutine is left: one that hangs fails the test
        thread_.join();
    }
    EXPECT_EQ(streams, 0);
    EXPECT_EQ(upgrades, 0);
}

void ServerFixture::on_loop(const std::function<void()>& call) {
    std::promise<void> done;
    asio::post(loop_, [&] {
        call();
        done.set_value();
    });
    done.get_future().wait();
}

void ServerFixture::close(std::chrono::milliseconds grace) {
    asio::co_spawn(loop_, server_->close(grace), asio::use_future).get();
}

std::size_t ServerFixture::connections() {
    std::size_t count = 0;
    on_loop([&] { count = server_->connections(); });
    return count;
}

bool ServerFixture::connections_become(std::size_t count) {
    return eventually([&] { return connections() == count; });
}

bool ServerFixture::slow_runs() {
    return eventually([&] { return slow > 0; });
}

bool ServerFixture::streams_end() {
    return eventually([&] { return streams == 0; });
}

std::string ServerFixture::logged() {
    const std::scoped_lock hold(lock_);
    return log_;
}

} // namespace banger::api
