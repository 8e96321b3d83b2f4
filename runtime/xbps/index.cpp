#include "builder/digest.hpp"
#include "os/error.hpp"
#include "xbps/package_file.hpp"
#include "xbps/repository.hpp"
#include "xbps/version.hpp"

#include <charconv>

namespace banger::xbps {
namespace {

namespace fs = std::filesystem;
using os::Error;
using os::ErrorKind;

std::uint64_t number_of(const Plist& properties, const std::string& key) {
    const std::string text = properties.text_of(key);
    std::uint64_t value = 0;
    const bool hex = text.starts_with("0x");
    std::from_chars(text.data() + (hex ? 2 : 0), text.data() + text.size(), value, hex ? 16 : 10);
    return value;
}

constexpr const char* spoilt = "another mirror; what this one gives out is not what xbps writes";

/// "name-1.0" of a virtual package is its first revision.
std::string with_revision(const std::string& provided) {
    return provided.find('_', provided.rfind('-') + 1) == std::string::npos ? provided + "_1"
                                                                            : provided;
}

/// The names in an index become file names and URLs: nothing odd gets that far.
Package read_package(const std::string& name, const Plist& properties,
                     const std::string& architecture, const std::string& what) {
    const std::string pkgver = properties.text_of("pkgver");
    const auto id = split_pkgver(pkgver);
    if (!id || id->name != name) {
        throw Error(ErrorKind::invalid,
                    what + ": the package '" + name + "' calls itself '" + pkgver + "'", spoilt);
    }
    Package out{.name = name,
                .version = id->version,
                .pkgver = pkgver,
                .architecture = properties.text_of("architecture"),
                .sha256 = properties.text_of("filename-sha256"),
                .size = number_of(properties, "filename-size"),
                .depends = properties.texts_of("run_depends"),
                .provides = properties.texts_of("provides"),
                .conflicts = properties.texts_of("conflicts"),
                .properties = properties};
    if (out.architecture != architecture && out.architecture != "noarch") {
        throw Error(ErrorKind::invalid,
                    what + ": " + pkgver + " is for '" + out.architecture + "', not " +
                        architecture,
                    spoilt);
    }
    if (!bundle::is_sha256(out.sha256)) {
        throw Error(ErrorKind::invalid, what + ": " + pkgver + " has no SHA-256", spoilt);
    }
    return out;
}

} // namespace

std::string Package::file_name() const {
    return pkgver + "." + architecture + ".xbps";
}

Index Index::read(const fs::path& repodata, const std::string& architecture,
                  const bundle::Interrupt& interrupt) {
    const std::string what = repodata.string();
    const auto members = read_members(
        repodata, [](const std::string& path) { return path.ends_with(".plist"); }, interrupt);
    const auto list = members.find("index.plist");
    if (list == members.end()) {
        throw Error(ErrorKind::invalid, what + " has no index.plist",
                    "is this the folder of the mirror that has " + architecture + "-repodata?");
    }
    const Plist document = parse_plist(list->second, what + ": index.plist");
    Index out;
    for (const auto& [name, properties] : document.members) {
        out.packages_.emplace(name, read_package(name, properties, architecture, what));
    }
    for (const auto& [name, package] : out.packages_) {
        for (const std::string& provided : package.provides) {
            const auto id = split_pkgver(with_revision(provided));
            if (id) {
                out.provided_.emplace(id->name, &package);
            }
        }
    }
    const auto meta = members.find("index-meta.plist");
    if (meta != members.end() && meta->second.find("<plist") != std::string::npos) {
        const Plist about = parse_plist(meta->second, what + ": index-meta.plist");
        if (const Plist* key = about.find("public-key")) {
            out.key_.emplace(key->text, what + ": its public key");
        }
        out.signer_ = about.text_of("signature-by");
    }
    return out;
}

const Package* Index::find(std::string_view pattern) const {
    const auto found = packages_.find(pattern_name(pattern));
    return found != packages_.end() && matches(pattern, found->second.pkgver) ? &found->second
                                                                              : nullptr;
}

std::vector<const Package*> Index::providers(std::string_view pattern) const {
    std::vector<const Package*> out;
    const auto [begin, end] = provided_.equal_range(pattern_name(pattern));
    for (auto entry = begin; entry != end; ++entry) {
        for (const std::string& provided : entry->second->provides) {
            if (matches(pattern, with_revision(provided))) {
                out.push_back(entry->second);
                break;
            }
        }
    }
    return out;
}

} // namespace banger::xbps
