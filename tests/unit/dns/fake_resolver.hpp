#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

namespace dns::test {

/// A resolver on the loopback, by UDP and TCP at one port. The first label of a question says how
/// it behaves: "silent" (no answer), "servfail", "wrongid" and "forged" (a false answer, then the
/// true one), "cut" (whole only by TCP), "cutonly" (TCP is of no use), "refused" (as servfail, when
/// `refuses`). Everything else, and what is true, has one address.
class FakeResolver {
  public:
    explicit FakeResolver(std::string address = "192.0.2.1", bool broken = false);
    FakeResolver(const FakeResolver&) = delete;
    FakeResolver& operator=(const FakeResolver&) = delete;
    ~FakeResolver();

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::string text() const { return "127.0.0.1:" + std::to_string(port_); }
    std::atomic<unsigned> by_udp{0}, by_tcp{0};

  private:
    void serve();
    void serve_udp();
    void serve_tcp();
    [[nodiscard]] std::string reply(const std::string& query, bool with_answer) const;

    std::string address_;
    bool broken_; ///< every question gets SERVFAIL
    std::uint16_t port_ = 0;
    int udp_ = -1, tcp_ = -1, stop_ = -1;
    std::thread thread_;
};

} // namespace dns::test
