#pragma once

#include "builder/manifest.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace banger::bundle {

class Interrupt;

/// The mirrors that a bundle's Debian comes from, with the defaults filled in.
struct Mirrors {
    std::string main;
    std::string security;

    /// One-line apt sources: release, updates and security.
    [[nodiscard]] std::vector<std::string> sources(const std::string& release) const;
};

/// From the manifest, else the Debian mirror of this machine's apt, else deb.debian.org.
[[nodiscard]] Mirrors find_mirrors(const Debian& debian, const Interrupt& interrupt);

/// An apt of our own: its lists, cache and sources lie in one folder, so any user may run it, for
/// any release, and the machine's own apt is neither read nor changed (but for its proxy settings).
/// Packages are checked by Debian's signatures.
class Apt {
  public:
    Apt(const std::filesystem::path& folder, const std::vector<std::string>& sources,
        const Interrupt& interrupt);

    void update() const;
    /// The package that a meta package stands for: the first dependency that matches its name with
    /// a version in it (linux-image-cloud-amd64 -> linux-image-6.1.0-9-cloud-amd64); the package
    /// itself when it is none.
    [[nodiscard]] std::string resolve_kernel(const std::string& package) const;
    /// Downloads the newest version into `folder`; returns the file.
    [[nodiscard]] std::filesystem::path download(const std::string& package,
                                                 const std::filesystem::path& folder) const;

  private:
    [[nodiscard]] std::vector<std::string> command(const std::string& program,
                                                   std::vector<std::string> arguments) const;

    std::filesystem::path folder_;
    const Interrupt& interrupt_;
};

} // namespace banger::bundle
