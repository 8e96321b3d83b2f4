#include "xbps/integrity.hpp"

#include "os/error.hpp"
#include "os/file.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <memory>
#include <openssl/evp.h>
#include <string>
#include <unistd.h>
#include <vector>

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
    const os::UniqueFd source = os::open_file(file, O_RDONLY);
    std::vector<char> buffer(1U << 20U);
    for (;;) {
        const ssize_t n = ::read(source.get(), buffer.data(), buffer.size());
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            throw os::errno_error("read " + file.string());
        }
        if (n == 0) {
            break;
        }
        good = good &&
               EVP_DigestUpdate(context.get(), buffer.data(), static_cast<std::size_t>(n)) == 1;
    }
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
