#pragma once

#include "xbps/plist.hpp"
#include "xbps/signature.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace banger::bundle {
class Interrupt;
}

namespace banger::xbps {

/// What the index says of one package.
struct Package {
    std::string name;
    std::string version; ///< with its revision
    std::string pkgver;
    std::string architecture;
    std::string sha256;
    std::uint64_t size = 0; ///< of the archive
    std::vector<std::string> depends;
    std::vector<std::string> provides; ///< virtual packages, NAME-VERSION_REVISION
    std::vector<std::string> conflicts;
    Plist properties; ///< all that the index has, for xbps' own records

    [[nodiscard]] std::string file_name() const;
};

/// The packages of one repository.
class Index {
  public:
    /// Reads ARCH-repodata, a tar archive with index.plist and index-meta.plist. Throws os::Error
    /// (invalid) when it is cut off, or says what no index says.
    static Index read(const std::filesystem::path& repodata, const std::string& architecture,
                      const bundle::Interrupt& interrupt);

    /// The package of that name that satisfies the pattern.
    [[nodiscard]] const Package* find(std::string_view pattern) const;
    /// Those that provide a virtual package that satisfies it.
    [[nodiscard]] std::vector<const Package*> providers(std::string_view pattern) const;
    [[nodiscard]] const std::map<std::string, Package>& packages() const noexcept {
        return packages_;
    }
    /// The key that the repository says its packages are signed with.
    [[nodiscard]] const std::optional<PublicKey>& key() const noexcept { return key_; }
    [[nodiscard]] const std::string& signer() const noexcept { return signer_; }

  private:
    std::map<std::string, Package> packages_;
    std::multimap<std::string, const Package*> provided_;
    std::optional<PublicKey> key_;
    std::string signer_;
};

struct RepositoryPlan {
    std::string mirror; ///< http(s)://..., file:///..., or a folder
    std::string architecture = "x86_64";
    std::filesystem::path cache;              ///< for the index and the packages
    std::optional<std::filesystem::path> key; ///< none: signatures are not looked at
    bool offline = false;                     ///< only what is in the cache
};

/// A mirror, and what was fetched from it. What it hands out was checked: SHA-256 of the index, and
/// the signature by the key that the caller trusts.
class Repository {
  public:
    Repository(RepositoryPlan plan, const bundle::Interrupt& interrupt);

    [[nodiscard]] const Index& index() const noexcept { return *index_; }
    [[nodiscard]] const std::string& mirror() const noexcept { return plan_.mirror; }
    /// The archive, in the cache.
    [[nodiscard]] std::filesystem::path fetch(const Package& package) const;
    [[nodiscard]] const std::optional<PublicKey>& key() const noexcept { return key_; }

  private:
    void get(const std::string& name, const std::filesystem::path& target) const;
    void check_key() const;
    void check_signature(const Package& package, const std::filesystem::path& file) const;

    RepositoryPlan plan_;
    const bundle::Interrupt& interrupt_;
    std::filesystem::path folder_; ///< of the mirror, when it is one of this machine
    std::optional<PublicKey> key_;
    std::optional<Index> index_;
};

} // namespace banger::xbps
