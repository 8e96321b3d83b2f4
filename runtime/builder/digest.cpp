#include "builder/digest.hpp"

#include "os/error.hpp"
#include "os/file.hpp"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <openssl/evp.h>
#include <vector>

namespace banger::bundle {
namespace {

EVP_MD_CTX* as_evp(void* context) {
    return static_cast<EVP_MD_CTX*>(context);
}

void require(int ok) {
    if (ok != 1) {
        throw os::Error(os::ErrorKind::internal, "OpenSSL refused to compute a SHA-256");
    }
}

} // namespace

void Sha256::Free::operator()(void* context) const noexcept {
    EVP_MD_CTX_free(as_evp(context));
}

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
    require(EVP_DigestInit_ex(as_evp(context_.get()), EVP_sha256(), nullptr));
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::string_view bytes) {
    require(EVP_DigestUpdate(as_evp(context_.get()), bytes.data(), bytes.size()));
}

std::string Sha256::hex() {
    std::array<unsigned char, 32> digest{};
    require(EVP_DigestFinal_ex(as_evp(context_.get()), digest.data(), nullptr));
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (const unsigned char byte : digest) {
        out += digits[byte >> 4U];
        out += digits[byte & 15U];
    }
    return out;
}

std::string sha256(std::string_view bytes) {
    Sha256 digest;
    digest.update(bytes);
    return digest.hex();
}

void for_each_piece(const std::filesystem::path& path,
                    const std::function<void(std::string_view)>& take) {
    const os::UniqueFd file = os::open_file(path, O_RDONLY);
    std::vector<char> buffer(1U << 20U);
    for (;;) {
        const ssize_t n = ::read(file.get(), buffer.data(), buffer.size());
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            throw os::errno_error("read " + path.string());
        }
        if (n == 0) {
            return;
        }
        take({buffer.data(), static_cast<std::size_t>(n)});
    }
}

std::string sha256_file(const std::filesystem::path& path) {
    Sha256 digest;
    for_each_piece(path, [&digest](std::string_view piece) { digest.update(piece); });
    return digest.hex();
}

bool is_sha256(std::string_view text) noexcept {
    return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

} // namespace banger::bundle
