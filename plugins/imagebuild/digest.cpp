#include "digest.hpp"

#include <banger/plugin.hpp>

#include <algorithm>
#include <array>
#include <fstream>
#include <memory>

#include <openssl/evp.h>

namespace imagebuild {
namespace {

using banger::Error;

constexpr std::string_view hex_digits = "0123456789abcdef";

std::string hex_of(std::string_view bytes) {
    std::string text;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        text += hex_digits[byte >> 4U];
        text += hex_digits[byte & 15U];
    }
    return text;
}

/// Nothing when it is no base64 with its padding.
std::optional<std::string> from_base64(std::string_view text) {
    static constexpr std::string_view letters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if (text.empty() || text.size() % 4 != 0) {
        return std::nullopt;
    }
    std::string bytes;
    for (std::size_t at = 0; at < text.size(); at += 4) {
        std::uint32_t group = 0;
        std::size_t padding = 0;
        for (std::size_t i = 0; i < 4; ++i) {
            const char c = text[at + i];
            const std::size_t value = letters.find(c);
            const bool pad = c == '=' && at + 4 == text.size() && i >= 2;
            if ((value == std::string_view::npos && !pad) || (padding > 0 && !pad)) {
                return std::nullopt;
            }
            padding += pad ? 1 : 0;
            group = (group << 6U) | (pad ? 0U : static_cast<std::uint32_t>(value));
        }
        for (std::size_t i = 0; i < 3 - padding; ++i) {
            bytes += static_cast<char>(group >> (16U - 8U * i) & 0xFFU);
        }
    }
    return bytes;
}

/// One computation of OpenSSL's.
class Hash {
  public:
    explicit Hash(const std::string& algorithm)
        : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free), algorithm_(algorithm) {
        const EVP_MD* kind = algorithm == "sha512" ? EVP_sha512() : EVP_sha256();
        require(context_ && EVP_DigestInit_ex(context_.get(), kind, nullptr) == 1);
    }
    void add(std::string_view bytes) {
        require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
    }
    Digest end() {
        std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
        unsigned length = 0;
        require(EVP_DigestFinal_ex(context_.get(), out.data(), &length) == 1);
        return {algorithm_, hex_of({reinterpret_cast<const char*>(out.data()), length})};
    }

  private:
    static void require(bool held) {
        if (!held) {
            throw Error(BANGER_E_INTERNAL, "OpenSSL refused to compute a digest");
        }
    }
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
    std::string algorithm_;
};

} // namespace

std::optional<Digest> find_sha256(std::string_view hex) {
    std::string lower(hex);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c; });
    if (lower.size() != 64 || lower.find_first_not_of(hex_digits) != std::string::npos) {
        return std::nullopt;
    }
    return Digest{"sha256", lower};
}

std::optional<Digest> find_integrity(std::string_view text) {
    const std::string algorithm(text.substr(0, std::min(text.find('-'), text.size())));
    if ((algorithm != "sha256" && algorithm != "sha512") || text.size() == algorithm.size()) {
        return std::nullopt;
    }
    const auto bytes = from_base64(text.substr(algorithm.size() + 1));
    if (!bytes || bytes->size() != (algorithm == "sha512" ? 64U : 32U)) {
        return std::nullopt;
    }
    return Digest{algorithm, hex_of(*bytes)};
}

Digest digest_of(std::string_view bytes, const std::string& algorithm) {
    Hash hash(algorithm);
    hash.add(bytes);
    return hash.end();
}

Digest digest_of_file(const std::filesystem::path& file, const std::string& algorithm) {
    std::error_code code;
    const auto kind = std::filesystem::status(file, code).type();
    if (kind == std::filesystem::file_type::not_found) {
        throw Error(BANGER_E_NOT_FOUND, file.string() + ": no such file");
    }
    if (kind != std::filesystem::file_type::regular) {
        throw Error(BANGER_E_INVALID, file.string() + ": this is no file");
    }
    std::ifstream stream(file, std::ios::binary);
    Hash hash(algorithm);
    std::array<char, 65536> buffer{};
    while (stream.read(buffer.data(), buffer.size()), stream.gcount() > 0) {
        hash.add({buffer.data(), static_cast<std::size_t>(stream.gcount())});
    }
    if (!stream.eof()) {
        throw Error(BANGER_E_PERMISSION, file.string() + ": it cannot be read",
                    "the daemon reads it with the rights of the user that it runs as");
    }
    return hash.end();
}

} // namespace imagebuild
