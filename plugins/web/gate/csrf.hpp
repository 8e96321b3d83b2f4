#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace web {

/// Tokens of forms: base64url(issued, nonce, HMAC-SHA256(secret, "v1", issued, nonce, uid, host)),
/// which only a page of ours can know. They are good for 12 hours, and survive a restart of the
/// daemon as long as the secret does.
class Csrf {
  public:
    using Clock = std::chrono::system_clock;
    enum class Verdict { good, expired, wrong };

    /// secret: 32 bytes.
    explicit Csrf(std::string secret) : secret_(std::move(secret)) {}
    [[nodiscard]] std::string issue(std::uint32_t uid, std::string_view host,
                                    Clock::time_point now) const;
    /// Takes the same time for every wrong one.
    [[nodiscard]] Verdict check(std::string_view token, std::uint32_t uid, std::string_view host,
                                Clock::time_point now) const;

  private:
    [[nodiscard]] std::string mac(std::string_view issued_and_nonce, std::uint32_t uid,
                                  std::string_view host) const;
    std::string secret_;
};

} // namespace web
