#include "csrf.hpp"

#include "base64url.hpp"
#include "random.hpp"

#include <array>
#include <stdexcept>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace web {
namespace {

constexpr std::size_t issued_size = 8;
constexpr std::size_t nonce_size = 16;
constexpr std::size_t head_size = issued_size + nonce_size;
constexpr std::size_t mac_size = 32;
constexpr std::chrono::hours life{12};
/// A clock that was set back meanwhile makes tokens of the future.
constexpr std::chrono::minutes clock_slack{5};

std::string big_endian(std::uint64_t number, std::size_t size) {
    std::string bytes(size, '\0');
    for (std::size_t i = size; i-- > 0; number >>= 8U) {
        bytes[i] = static_cast<char>(number & 255U);
    }
    return bytes;
}

std::uint64_t read_big_endian(std::string_view bytes) {
    std::uint64_t number = 0;
    for (const char c : bytes) {
        number = number << 8U | static_cast<unsigned char>(c);
    }
    return number;
}

std::int64_t seconds_of(Csrf::Clock::time_point time) {
    return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

} // namespace

std::string Csrf::mac(std::string_view issued_and_nonce, std::uint32_t uid,
                      std::string_view host) const {
    std::string text = "v1";
    text += issued_and_nonce;
    text += big_endian(uid, 4);
    text += host;
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (HMAC(EVP_sha256(), secret_.data(), static_cast<int>(secret_.size()),
             reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(),
             &size) == nullptr) {
        throw std::runtime_error("no HMAC-SHA256");
    }
    return {reinterpret_cast<const char*>(digest.data()), size};
}

std::string Csrf::issue(std::uint32_t uid, std::string_view host, Clock::time_point now) const {
    std::string head = big_endian(static_cast<std::uint64_t>(seconds_of(now)), issued_size);
    head += random_bytes(nonce_size);
    return base64url(head + mac(head, uid, host));
}

Csrf::Verdict Csrf::check(std::string_view token, std::uint32_t uid, std::string_view host,
                          Clock::time_point now) const {
    // One of another size is compared, too: with what it never equals.
    const std::string bytes = from_base64url(token.substr(0, 128)).value_or(std::string());
    std::string whole = bytes;
    whole.resize(head_size + mac_size);
    const std::string wanted = mac(std::string_view(whole).substr(0, head_size), uid, host);
    const bool same = CRYPTO_memcmp(wanted.data(), whole.data() + head_size, mac_size) == 0;
    if (!same || bytes.size() != whole.size()) {
        return Verdict::wrong;
    }
    const auto issued =
        static_cast<std::int64_t>(read_big_endian(std::string_view(whole).substr(0, issued_size)));
    const std::int64_t age = seconds_of(now) - issued;
    const bool good = age <= std::chrono::seconds(life).count() &&
                      age >= -std::chrono::seconds(clock_slack).count();
    return good ? Verdict::good : Verdict::expired;
}

} // namespace web
