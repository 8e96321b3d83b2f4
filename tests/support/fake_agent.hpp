#pragma once

#include "os/unique_fd.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace banger::test {

/// The socket of a guest on the host (guest.sock), and behind it an agent that does what a test
/// says, good or bad. One thread of its own; all functions from any thread.
class FakeAgent {
  public:
    enum class Mood {
        good,
        absent,   ///< nothing listens in the guest: the end of the stream without a byte
        mute,     ///< CONNECT is taken, and nothing answers
        stalled,  ///< requests are taken, and nothing answers
        halved,   ///< it dies in the middle of its answer
        huge,     ///< announces a body of 1 GiB
        headless, ///< a header without an end
        flooding, ///< events without an end, as fast as they are taken
        wordy,    ///< one event line without an end
        padded    ///< next to nothing without an end, in chunks of many words
    };
    explicit FakeAgent(std::filesystem::path socket, Mood mood = Mood::good);
    FakeAgent(const FakeAgent&) = delete;
    FakeAgent& operator=(const FakeAgent&) = delete;
    ~FakeAgent();

    void set(Mood mood); ///< ends the streams that are open
    void set_ready(bool ready, const std::string& boot = "running"); ///< of the next hello
    void set_boot(const std::string& boot_id);                       ///< "*": another one each time
    void set_features(const std::string& features_json);
    void answer(const std::string& request, std::string body); ///< "GET /v1/stats"
    void accept(const std::string& request);                   ///< is answered 202
    void push(const std::string& event_json);                  ///< to each who follows events
    void set_clock_off(std::chrono::milliseconds off);
    [[nodiscard]] std::chrono::milliseconds clock_off() const;
    [[nodiscard]] unsigned asked(const std::string& request) const; ///< how often
    [[nodiscard]] std::string last_body(const std::string& request) const;
    [[nodiscard]] unsigned connections() const; ///< that were ever made
    [[nodiscard]] std::size_t followers() const;

  private:
    struct Stream {
        os::UniqueFd fd;
        std::string in, out;
        bool shaken = false, follows = false, floods = false, ends = false;
    };
    void run();
    void serve(Stream& stream);
    void handle(Stream& stream, const std::string& request, const std::string& body);
    [[nodiscard]] std::string reply_to(const std::string& request, const std::string& body);
    [[nodiscard]] std::string health();
    void wake() const;

    std::filesystem::path socket_;
    os::UniqueFd listener_, woken_;
    mutable std::mutex mutex_;
    Mood mood_;
    bool ready_ = true, drop_ = false, over_ = false;
    std::string boot_ = "finished", boot_id_ = "5f0c",
                features_ = R"(["health","events","stats","ports","time","power","exec"])";
    std::map<std::string, std::string> answers_, bodies_;
    std::map<std::string, unsigned> asked_;
    std::int64_t off_ns_ = 0;
    unsigned connections_ = 0, healths_ = 0;
    std::vector<Stream> streams_;
    std::thread thread_; ///< last
};

} // namespace banger::test
