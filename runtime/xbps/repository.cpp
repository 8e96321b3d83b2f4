#include "xbps/repository.hpp"

#include "builder/digest.hpp"
#include "builder/download.hpp"
#include "builder/interrupt.hpp"
#include "os/error.hpp"
#include "os/file.hpp"

namespace banger::xbps {
namespace {

namespace fs = std::filesystem;
using os::Error;
using os::ErrorKind;

/// Of a mirror on this machine, else empty.
fs::path mirror_folder(const std::string& mirror) {
    if (mirror.starts_with("file://")) {
        return mirror.substr(7);
    }
    if (mirror.starts_with("http://") || mirror.starts_with("https://")) {
        return {};
    }
    if (mirror.find("://") != std::string::npos) {
        throw Error(ErrorKind::invalid, "the mirror " + mirror + " is of an unknown kind",
                    "http://, https://, file:// or a folder");
    }
    return fs::absolute(mirror);
}

} // namespace

Repository::Repository(RepositoryPlan plan, const bundle::Interrupt& interrupt)
    : plan_(std::move(plan)), interrupt_(interrupt) {
    while (plan_.mirror.ends_with('/')) {
        plan_.mirror.pop_back();
    }
    folder_ = mirror_folder(plan_.mirror);
    if (plan_.key) {
        key_.emplace(PublicKey::read(*plan_.key));
    }
    fs::create_directories(plan_.cache);
    const fs::path repodata = plan_.cache / (plan_.architecture + "-repodata");
    if (!plan_.offline) {
        get(repodata.filename(), repodata);
    } else if (!fs::exists(repodata)) {
        throw Error(ErrorKind::not_found, "there is no index in " + plan_.cache.string(),
                    "run it without --offline first");
    }
    index_.emplace(Index::read(repodata, plan_.architecture, interrupt_));
    check_key();
}

void Repository::get(const std::string& name, const fs::path& target) const {
    if (folder_.empty()) {
        bundle::fetch_newest(plan_.mirror + "/" + name, target, interrupt_);
        return;
    }
    if (!fs::exists(folder_ / name)) {
        throw Error(ErrorKind::not_found, "the mirror has no " + (folder_ / name).string(),
                    "name the folder that has " + plan_.architecture + "-repodata");
    }
    fs::remove(target);
    os::clone_file(folder_ / name, target, 0644);
}

void Repository::check_key() const {
    if (!key_) {
        return;
    }
    const auto& theirs = index_->key();
    if (!theirs) {
        throw Error(ErrorKind::invalid, "the repository " + plan_.mirror + " is not signed",
                    "another mirror, or without a key if it is yours (--unsigned)");
    }
    if (!(*theirs == *key_)) {
        throw Error(ErrorKind::invalid,
                    "the repository " + plan_.mirror + " is signed with the key " +
                        theirs->fingerprint() + ", trusted is " + key_->fingerprint(),
                    "another mirror; a new key only from a source that you trust");
    }
}

void Repository::check_signature(const Package& package, const fs::path& file) const {
    const fs::path signature = file.string() + ".sig2";
    if (!fs::exists(signature) && !plan_.offline) {
        get(package.file_name() + ".sig2", signature);
    }
    const auto bytes = os::find_file(signature, 1U << 16U);
    if (!bytes || !key_->signed_file(file, *bytes)) {
        fs::remove(signature);
        throw Error(ErrorKind::invalid,
                    package.file_name() +
                        (bytes ? " does not have the signature of " + key_->fingerprint()
                               : " has no signature"),
                    "another mirror; the package was not used");
    }
}

fs::path Repository::fetch(const Package& package) const {
    const fs::path target = plan_.cache / package.file_name();
    if (!fs::exists(target) || bundle::sha256_file(target) != package.sha256) {
        if (plan_.offline) {
            throw Error(ErrorKind::not_found,
                        package.file_name() + " is not in " + plan_.cache.string(),
                        "run it without --offline first");
        }
        fs::remove(target.string() + ".sig2"); // of another build of it
        bundle::Source source;
        source.sha256 = package.sha256;
        if (folder_.empty()) {
            source.url = plan_.mirror + "/" + package.file_name();
        } else {
            source.path = folder_ / package.file_name();
        }
        bundle::fetch(source, target, interrupt_);
    }
    if (key_) {
        check_signature(package, target);
    }
    return target;
}

} // namespace banger::xbps
