#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace banger::xbps {

/// The RSA key that a repository's packages are signed with.
class PublicKey {
  public:
    /// A PEM public key. Throws os::Error (invalid) with `what`.
    PublicKey(std::string_view pem, const std::string& what);
    /// A file of xbps (var/db/xbps/keys/*.plist) or a PEM file.
    static PublicKey read(const std::filesystem::path& file);

    /// As xbps shows and names it: MD5 of the key as OpenSSH writes it, "60:ae:0c:...".
    [[nodiscard]] std::string fingerprint() const;
    /// Is `signature` (PKCS#1 v1.5, SHA-256) that of the file?
    [[nodiscard]] bool signed_file(const std::filesystem::path& file,
                                   std::string_view signature) const;
    [[nodiscard]] bool operator==(const PublicKey& other) const;
    /// The record that xbps keeps of a key that is trusted: DIR/FINGERPRINT.plist.
    [[nodiscard]] std::string record(const std::string& signer) const;

  private:
    struct Free {
        void operator()(void* key) const noexcept;
    };
    std::unique_ptr<void, Free> key_;
    std::string pem_;
};

} // namespace banger::xbps
