#include "xbps/installation.hpp"

#include "os/error.hpp"
#include "xbps/database.hpp"
#include "xbps/scripts.hpp"
#include "xbps/selection.hpp"
#include "xbps/tree.hpp"
#include "xbps/version.hpp"

#include <algorithm>
#include <cstdio>
#include <unistd.h>

namespace banger::xbps {
namespace {

namespace fs = std::filesystem;
using os::Error;
using os::ErrorKind;

bool anything(const std::string&) {
    return true;
}

bool asked_for(const Package& package, const std::vector<std::string>& patterns) {
    return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
        return matches(pattern, package.pkgver);
    });
}

struct Unpacked {
    const Package* package;
    std::string script;
};

void warn(const Package& package, const char* action, const std::string& reason) {
    std::fprintf(stderr, "  warning      %s: its script (%s) failed: %s\n", package.pkgver.c_str(),
                 action, reason.c_str());
}

} // namespace

std::vector<std::string> install(const Repository& repository, const InstallPlan& plan,
                                 const bundle::Interrupt& interrupt) {
    if (plan.scripts && ::geteuid() != 0) {
        throw Error(ErrorKind::permission, "packages' scripts need root, if only in a namespace",
                    "runtime/void/make-rootfs.sh makes one; or --no-scripts");
    }
    const auto order = select(repository.index(), plan.packages);
    fs::create_directories(plan.root);
    const Tree tree(plan.root);
    if (Database::is_in(tree)) {
        throw Error(ErrorKind::conflict, plan.root.string() + " holds packages already",
                    "use an empty folder");
    }
    Database database;
    std::vector<Unpacked> unpacked;
    for (const Package* package : order) {
        const fs::path archive = repository.fetch(*package);
        const Metadata metadata = read_metadata(archive, *package, interrupt);
        if (plan.scripts) {
            if (const auto reason =
                    run_install_script(tree, *package, metadata.install, "pre", interrupt)) {
                warn(*package, "pre", *reason);
            }
        }
        unpack_files(archive, metadata, tree, anything, interrupt);
        database.add(*package, metadata, repository.mirror(), asked_for(*package, plan.packages));
        unpacked.push_back({package, metadata.install});
    }
    database.apply_alternatives(plan.preferred, tree);
    if (const auto& key = repository.key()) {
        tree.write("var/db/xbps/keys/" + key->fingerprint() + ".plist",
                   key->record(repository.index().signer()), 0644);
    }
    database.write(tree); // scripts may ask xbps
    std::vector<std::string> left;
    for (const Unpacked& item : unpacked) {
        std::optional<std::string> reason;
        if (!plan.scripts && !item.script.empty()) {
            left.push_back(item.package->name);
            continue;
        }
        reason = run_install_script(tree, *item.package, item.script, "post", interrupt);
        if (reason) {
            warn(*item.package, "post", *reason);
            left.push_back(item.package->name);
        } else {
            database.set_configured(item.package->name);
        }
    }
    database.write(tree);
    return left;
}

std::size_t fetch_all(const Repository& repository, const std::vector<std::string>& packages) {
    const auto order = select(repository.index(), packages);
    std::uint64_t bytes = 0;
    for (const Package* package : order) {
        bytes += package->size;
    }
    std::printf("  packages     %zu, %.1f MiB\n", order.size(),
                static_cast<double>(bytes) / (1024.0 * 1024.0));
    std::size_t number = 0;
    for (const Package* package : order) {
        std::printf("  [%zu/%zu] %s\n", ++number, order.size(), package->pkgver.c_str());
        std::fflush(stdout);
        (void)repository.fetch(*package);
    }
    return order.size();
}

void extract(const Repository& repository, const std::string& package, const fs::path& target,
             const std::vector<std::string>& prefixes, const bundle::Interrupt& interrupt) {
    const Package* found = repository.index().find(package);
    if (found == nullptr) {
        throw Error(ErrorKind::not_found,
                    "the repository " + repository.mirror() + " has no package '" + package + "'",
                    "look at the spelling, and at the mirror");
    }
    const fs::path archive = repository.fetch(*found);
    const Metadata metadata = read_metadata(archive, *found, interrupt);
    fs::create_directories(target);
    unpack_files(
        archive, metadata, Tree(target),
        [&](const std::string& path) {
            return prefixes.empty() ||
                   std::any_of(prefixes.begin(), prefixes.end(),
                               [&](const std::string& prefix) { return path.starts_with(prefix); });
        },
        interrupt);
    std::printf("  %-12s %s\n", "unpacked", found->pkgver.c_str());
}

} // namespace banger::xbps
