#include "xbps/integrity.hpp"

#include "builder/digest.hpp"
#include "os/error.hpp"

#include <array>
#include <memory>
#include <openssl/evp.h>
#include <string>

namespace banger::xbps {

bool has_integrity(const std::filesystem::path& file, std::string_view integrity) {
    constexpr std::string_view kind = "sha512-";
    if (!integrity.starts_with(kind) || integrity.size() != kind.size() + 88) {
        throw os::Error(os::ErrorKind::invalid, "'" + std::string(integrity) + "' is no integrity",
                        "npm view PACKAGE@VERSION dist.integrity says it: sha512-BASE64");
    }
    const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(),
                                                                     EVP_MD_CTX_free);
    bool good = EVP_DigestInit_ex(context.get(), EVP_sha512(), nullptr) == 1;
    bundle::for_each_piece(file, [&](std::string_view piece) {
        good = good && EVP_DigestUpdate(context.get(), piece.data(), piece.size()) == 1;
    });
    std::array<unsigned char, 64> digest{};
    if (!good || EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) != 1) {
        throw os::Error(os::ErrorKind::internal, "OpenSSL refused to compute a SHA-512");
    }
    std::array<unsigned char, 89> text{};
    EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(digest.size()));
    return integrity.substr(kind.size()) ==
           std::string_view(reinterpret_cast<const char*>(text.data()), 88);
}

} // namespace banger::xbps
