#include "api/stream.hpp"

#include "os/error.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace banger::api {
namespace {
namespace asio = boost::asio;
using std::chrono::milliseconds;

/// Runs a reader against a handler until nothing is left to do.
template <class Reader>
void run(StreamHandler handler, Reader reader) {
    asio::io_context loop;
    auto stream = start_stream(loop.get_executor(), std::move(handler));
    auto done = asio::co_spawn(loop, reader(*stream), asio::use_future);
    loop.run();
    ASSERT_EQ(done.wait_for(milliseconds(0)), std::future_status::ready) << "the reader hangs";
    done.get();
}

asio::awaitable<std::string> all_of(Stream& stream) {
    std::string text;
    while (auto bytes = co_await stream.read()) {
        text += *bytes;
    }
    co_return text;
}

TEST(Stream, TheReaderGetsAllAndThenTheEnd) {
    run(
        [](Stream& stream) -> asio::awaitable<void> {
            co_await stream.write("one ");
            static_cast<void>(co_await stream.pause(milliseconds(5)));
            co_await stream.write("two ");
            stream.post("three");
        },
        [](Stream& stream) -> asio::awaitable<void> {
            const std::string text = co_await all_of(stream);
            EXPECT_EQ(text, "one two three");
            EXPECT_TRUE(stream.finished());
        });
}

TEST(Stream, WriteWaitsForASlowReader) {
    std::size_t written = 0;
    run(
        [&](Stream& stream) -> asio::awaitable<void> {
            for (int i = 0; i < 100; ++i) {
                co_await stream.write(std::string(10'000, 'x'));
                written += 10'000;
            }
        },
        [&](Stream& stream) -> asio::awaitable<void> {
            EXPECT_LE(written, Stream::high_water);
            const std::string text = co_await all_of(stream);
            EXPECT_EQ(text.size(), 1'000'000U);
        });
}

TEST(Stream, PostGivesUpAReaderThatFallsBehind) {
    run(
        [](Stream& stream) -> asio::awaitable<void> {
            std::size_t posted = 0;
            while (stream.post(std::string(1000, 'x'))) {
                posted += 1000;
            }
            EXPECT_LE(posted, Stream::limit);
            EXPECT_GT(posted, Stream::limit - 2000);
            EXPECT_TRUE(stream.is_closed());
            co_return;
        },
        [](Stream& stream) -> asio::awaitable<void> {
            try {
                static_cast<void>(co_await stream.read());
                ADD_FAILURE();
            } catch (const os::Error& error) {
                EXPECT_EQ(error.kind(), os::ErrorKind::exhausted);
            }
        });
}

TEST(Stream, AHandlerThatWaitsSeesTheReaderGo) {
    int ended = 0;
    const auto leave = [](Stream& stream) -> asio::awaitable<void> {
        static_cast<void>(co_await stream.read());
        stream.close();
    };
    run(
        [&](Stream& stream) -> asio::awaitable<void> {
            stream.post("x");
            co_await stream.closed();
            ++ended;
        },
        leave);
    run(
        [&](Stream& stream) -> asio::awaitable<void> {
            stream.post("x");
            const bool there = co_await stream.pause(std::chrono::hours(1));
            EXPECT_FALSE(there);
            EXPECT_FALSE(stream.post("y"));
            ++ended;
        },
        leave);
    run(
        [&](Stream& stream) -> asio::awaitable<void> {
            try {
                for (;;) {
                    co_await stream.write(std::string(50'000, 'x'));
                }
            } catch (const os::Error& error) {
                EXPECT_EQ(error.kind(), os::ErrorKind::cancelled);
                ++ended;
            }
        },
        leave);
    EXPECT_EQ(ended, 3);
}

TEST(Stream, WhatTheHandlerThrowsComesBehindWhatItWrote) {
    run(
        [](Stream& stream) -> asio::awaitable<void> {
            co_await stream.write("before");
            throw os::Error(os::ErrorKind::timeout, "late");
        },
        [](Stream& stream) -> asio::awaitable<void> {
            const auto text = co_await stream.read();
            EXPECT_EQ(text, "before");
            try {
                static_cast<void>(co_await stream.read());
                ADD_FAILURE();
            } catch (const os::Error& error) {
                EXPECT_EQ(error.kind(), os::ErrorKind::timeout);
            }
        });
}

TEST(Stream, ALineIsOneJsonValue) {
    EXPECT_EQ(line_of({{"text", "two\nlines \xff"}}), "{\"text\":\"two\\nlines \xef\xbf\xbd\"}\n");
}

} // namespace
} // namespace banger::api
