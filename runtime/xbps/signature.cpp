#include "xbps/signature.hpp"

#include "builder/digest.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "xbps/plist.hpp"

#include <array>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

namespace banger::xbps {
namespace {

using os::Error;
using os::ErrorKind;

EVP_PKEY* as_key(void* key) {
    return static_cast<EVP_PKEY*>(key);
}

using Number = std::unique_ptr<BIGNUM, void (*)(BIGNUM*)>;

Number part_of(void* key, const char* name) {
    BIGNUM* number = nullptr;
    if (EVP_PKEY_get_bn_param(as_key(key), name, &number) != 1) {
        throw Error(ErrorKind::invalid, "the key is no RSA key");
    }
    return {number, BN_free};
}

/// A length of four bytes, then the bytes (RFC 4251).
void append_field(std::string_view bytes, std::string& out) {
    for (int shift = 24; shift >= 0; shift -= 8) {
        out += static_cast<char>((bytes.size() >> static_cast<unsigned>(shift)) & 0xFFU);
    }
    out += bytes;
}

void append_number(const BIGNUM* number, std::string& out) {
    std::string bytes(static_cast<std::size_t>(BN_num_bytes(number)), '\0');
    BN_bn2bin(number, reinterpret_cast<unsigned char*>(bytes.data()));
    if (!bytes.empty() && (static_cast<unsigned char>(bytes[0]) & 0x80U) != 0) {
        bytes.insert(bytes.begin(), '\0');
    }
    append_field(bytes, out);
}

} // namespace

void PublicKey::Free::operator()(void* key) const noexcept {
    EVP_PKEY_free(as_key(key));
}

PublicKey::PublicKey(std::string_view pem, const std::string& what) : pem_(pem) {
    const std::unique_ptr<BIO, int (*)(BIO*)> memory(
        BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
    key_.reset(PEM_read_bio_PUBKEY(memory.get(), nullptr, nullptr, nullptr));
    if (key_ == nullptr || EVP_PKEY_get_base_id(as_key(key_.get())) != EVP_PKEY_RSA) {
        throw Error(ErrorKind::invalid, what + " is no RSA public key in PEM");
    }
}

PublicKey PublicKey::read(const std::filesystem::path& file) {
    const std::string text = os::read_file(file, 1U << 20U);
    if (text.starts_with("-----BEGIN")) {
        return {text, file.string()};
    }
    return {parse_plist(text, file.string()).text_of("public-key"), file.string()};
}

std::string PublicKey::fingerprint() const {
    std::string blob;
    append_field("ssh-rsa", blob);
    append_number(part_of(key_.get(), OSSL_PKEY_PARAM_RSA_E).get(), blob);
    append_number(part_of(key_.get(), OSSL_PKEY_PARAM_RSA_N).get(), blob);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (EVP_Digest(blob.data(), blob.size(), digest.data(), &size, EVP_md5(), nullptr) != 1) {
        throw Error(ErrorKind::internal, "OpenSSL refused to compute an MD5");
    }
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (unsigned i = 0; i < size; ++i) {
        out += i == 0 ? "" : ":";
        out += digits[digest[i] >> 4U];
        out += digits[digest[i] & 15U];
    }
    return out;
}

bool PublicKey::signed_file(const std::filesystem::path& file, std::string_view signature) const {
    const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(),
                                                                     EVP_MD_CTX_free);
    if (EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, as_key(key_.get())) !=
        1) {
        throw Error(ErrorKind::internal, "OpenSSL refused to check a signature");
    }
    bundle::for_each_piece(file, [&context](std::string_view piece) {
        if (EVP_DigestVerifyUpdate(context.get(), piece.data(), piece.size()) != 1) {
            throw Error(ErrorKind::internal, "OpenSSL refused to check a signature");
        }
    });
    return EVP_DigestVerifyFinal(context.get(),
                                 reinterpret_cast<const unsigned char*>(signature.data()),
                                 signature.size()) == 1;
}

bool PublicKey::operator==(const PublicKey& other) const {
    return EVP_PKEY_eq(as_key(key_.get()), as_key(other.key_.get())) == 1;
}

std::string PublicKey::record(const std::string& signer) const {
    Plist out = Plist::dict();
    out.members.emplace("public-key", Plist::data(pem_));
    Plist size = Plist::of(std::to_string(EVP_PKEY_get_bits(as_key(key_.get()))));
    size.kind = Plist::Kind::integer;
    out.members.emplace("public-key-size", size);
    out.members.emplace("signature-by", Plist::of(signer));
    return write_plist(out);
}

} // namespace banger::xbps
