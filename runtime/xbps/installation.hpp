#pragma once

#include "xbps/repository.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace banger::xbps {

struct InstallPlan {
    std::filesystem::path root; ///< an empty tree, or one without packages
    std::vector<std::string> packages;
    std::map<std::string, std::string> preferred; ///< alternatives: group -> package
    bool scripts = true;
};

/// Puts packages and what they need into a tree and records them for the guest's own xbps. A script
/// that fails does not end it: its package stays "unpacked". Returns the names of those.
std::vector<std::string> install(const Repository& repository, const InstallPlan& plan,
                                 const bundle::Interrupt& interrupt);

/// Only fetches them, into the cache; returns how many there are.
std::size_t fetch_all(const Repository& repository, const std::vector<std::string>& packages);

/// Unpacks one package, without what it needs, without scripts and records: the paths that begin
/// with one of `prefixes`, or all.
void extract(const Repository& repository, const std::string& package,
             const std::filesystem::path& target, const std::vector<std::string>& prefixes,
             const bundle::Interrupt& interrupt);

} // namespace banger::xbps
