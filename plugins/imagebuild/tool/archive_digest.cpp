#include "archive_digest.hpp"

#include "failure.hpp"
#include "file_bytes.hpp"

#include <algorithm>
#include <array>

#include <openssl/evp.h>

namespace image_tool::archive {
namespace {

EVP_MD_CTX* as_evp(void* context) {
    return static_cast<EVP_MD_CTX*>(context);
}

void require_digest(int ok) {
    if (ok != 1) {
        throw Failure(FailureKind::internal, "OpenSSL refused to compute a SHA-256");
    }
}

} // namespace

void Sha256::Free::operator()(void* context) const noexcept {
    ::EVP_MD_CTX_free(as_evp(context));
}

Sha256::Sha256() : context_(::EVP_MD_CTX_new()) {
    require_digest(context_ ? ::EVP_DigestInit_ex(as_evp(context_.get()), ::EVP_sha256(), nullptr)
                            : 0);
}

void Sha256::update(std::string_view bytes) {
    require_digest(::EVP_DigestUpdate(as_evp(context_.get()), bytes.data(), bytes.size()));
}

void Sha256::zeros(std::uint64_t count) {
    while (count > 0) {
        const std::uint64_t piece = std::min<std::uint64_t>(count, some_zeros().size());
        update(some_zeros().substr(0, static_cast<std::size_t>(piece)));
        count -= piece;
    }
}

std::string Sha256::hex() {
    std::array<unsigned char, 32> digest{};
    require_digest(::EVP_DigestFinal_ex(as_evp(context_.get()), digest.data(), nullptr));
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const unsigned char byte : digest) {
        text += digits[byte >> 4U];
        text += digits[byte & 15U];
    }
    return text;
}

} // namespace image_tool::archive
