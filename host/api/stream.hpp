#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace banger::api {

/// A bounded pipe between the handler that produces a long answer and whoever reads it: a
/// connection, or a plugin in this process. All of it belongs to the loop. Nobody is cancelled: a
/// handler finds out that its reader went when it writes, or by closed() and pause().
class Stream {
  public:
    static constexpr std::size_t high_water = 64U << 10U; ///< write() waits above it
    static constexpr std::size_t limit = 1U << 20U;       ///< post() gives the reader up above it

    explicit Stream(const boost::asio::any_io_executor& executor);
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    // For the handler.
    /// Takes the bytes at once, then waits while the reader is behind. Throws cancelled when it
    /// went away.
    [[nodiscard]] boost::asio::awaitable<void> write(std::string_view bytes);
    /// For callbacks, which cannot wait. False when the reader went, or fell so far behind that the
    /// stream ends here.
    bool post(std::string_view bytes);
    [[nodiscard]] bool is_closed() const noexcept { return closed_; }
    [[nodiscard]] boost::asio::awaitable<void> closed(); ///< returns when the reader went
    /// Waits that long; false as soon as the reader went.
    [[nodiscard]] boost::asio::awaitable<bool> pause(std::chrono::milliseconds time);

    // For the reader.
    /// What has come since the last time; nullopt at the end. Throws what the handler threw, or
    /// exhausted when the reader fell behind.
    [[nodiscard]] boost::asio::awaitable<std::optional<std::string>> read();
    void close(); ///< the reader goes away

    /// No more will come: the handler returned, or threw `failure`.
    void finish(std::exception_ptr failure = nullptr);
    [[nodiscard]] bool finished() const noexcept { return finished_; }

  private:
    boost::asio::awaitable<void> wait_for_room();
    static boost::asio::awaitable<void> wait(boost::asio::steady_timer& timer);

    std::string pending_;
    bool closed_ = false;
    bool finished_ = false;
    std::exception_ptr failure_;
    // Waits that end by cancel(): something to read, room to write, the reader's end.
    boost::asio::steady_timer readable_;
    boost::asio::steady_timer writable_;
    boost::asio::steady_timer gone_;
    std::set<boost::asio::steady_timer*> pauses_;
};

using StreamHandler = std::function<boost::asio::awaitable<void>(Stream&)>;

/// Runs the handler beside the caller, who reads the stream it returns and closes it at the end.
[[nodiscard]] std::shared_ptr<Stream> start_stream(const boost::asio::any_io_executor& executor,
                                                   StreamHandler handler);

/// The value as one line of a stream.
[[nodiscard]] std::string line_of(const nlohmann::json& value);

} // namespace banger::api
