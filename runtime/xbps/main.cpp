// banger-xbps: packages of Void Linux, on a machine that has no xbps. It resolves, fetches, checks
// and unpacks; what it leaves in a tree is what xbps itself would have recorded there.
#include "builder/download.hpp"
#include "builder/interrupt.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "xbps/installation.hpp"
#include "xbps/integrity.hpp"
#include "xbps/repository.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>

namespace banger::xbps {
namespace {

namespace fs = std::filesystem;
using os::Error;
using os::ErrorKind;

struct Arguments {
    RepositoryPlan repository;
    std::string key;
    bool unsigned_packages = false;
    InstallPlan install;
    std::vector<std::string> preferences;
    bool no_scripts = false;
    std::string package;
    std::vector<std::string> prefixes;
    fs::path target;
    std::string url;
    std::string integrity;
};

void add_repository(CLI::App& verb, Arguments& arguments) {
    verb.add_option("--mirror", arguments.repository.mirror,
                    "http(s)://..., file:///... or a folder: what has ARCH-repodata")
        ->envname("VOID_MIRROR")
        ->required();
    verb.add_option("--architecture", arguments.repository.architecture)->capture_default_str();
    verb.add_option("--cache", arguments.repository.cache, "Folder for index and packages")
        ->required();
    verb.add_option("--key", arguments.key, "The key that packages must be signed with")
        ->check(CLI::ExistingFile);
    verb.add_flag("--unsigned", arguments.unsigned_packages, "Do without signatures");
    verb.add_flag("--offline", arguments.repository.offline, "Use only what is in the cache");
}

Repository open_repository(Arguments& arguments, const bundle::Interrupt& interrupt) {
    if (arguments.key.empty() != arguments.unsigned_packages) {
        throw Error(ErrorKind::invalid, "one of --key and --unsigned is needed",
                    "runtime/void/keys has the key of Void Linux");
    }
    if (!arguments.key.empty()) {
        arguments.repository.key = arguments.key;
    }
    return {arguments.repository, interrupt};
}

void run_install(Arguments& arguments, const bundle::Interrupt& interrupt) {
    for (const std::string& text : arguments.preferences) {
        const auto sign = text.find('=');
        if (sign == std::string::npos) {
            throw Error(ErrorKind::invalid, "--prefer takes GROUP=PACKAGE, not '" + text + "'");
        }
        arguments.install.preferred[text.substr(0, sign)] = text.substr(sign + 1);
    }
    arguments.install.scripts = !arguments.no_scripts;
    const auto left = install(open_repository(arguments, interrupt), arguments.install, interrupt);
    std::string names;
    for (const std::string& name : left) {
        names += " " + name;
    }
    if (!names.empty()) {
        std::printf("  unpacked only:%s (xbps-reconfigure -a in the guest ends it)\n",
                    names.c_str());
    }
}

void run_get(const Arguments& arguments, const bundle::Interrupt& interrupt) {
    if (fs::exists(arguments.target) && has_integrity(arguments.target, arguments.integrity)) {
        return;
    }
    const fs::path fetched = arguments.target.string() + ".new";
    if (arguments.url.starts_with("file://")) {
        fs::remove(fetched);
        os::clone_file(arguments.url.substr(7), fetched, 0644);
    } else {
        bundle::fetch_newest(arguments.url, fetched, interrupt);
    }
    if (!has_integrity(fetched, arguments.integrity)) {
        fs::remove(fetched);
        throw Error(ErrorKind::invalid,
                    arguments.url + " does not have the integrity " + arguments.integrity,
                    "another version was put there, or it was changed on its way; it was not used");
    }
    fs::rename(fetched, arguments.target);
}

int report(const Error& error) noexcept {
    std::fprintf(stderr, "banger-xbps: %s\n", error.what());
    for (const std::string& line : error.details()) {
        std::fprintf(stderr, "    %s\n", line.c_str());
    }
    if (!error.hint().empty()) {
        std::fprintf(stderr, "  next: %s\n", error.hint().c_str());
    }
    return error.kind() == ErrorKind::cancelled ? 130 : 1;
}

int run(int argc, char** argv) {
    CLI::App app{"Packages of Void Linux, on a machine that has no xbps."};
    app.require_subcommand(1);
    Arguments arguments;

    CLI::App* fetching = app.add_subcommand("fetch", "Fetches packages and what they need");
    add_repository(*fetching, arguments);
    fetching->add_option("PACKAGE", arguments.install.packages)->required();

    CLI::App* installing = app.add_subcommand("install", "Puts packages into an empty tree");
    add_repository(*installing, arguments);
    installing->add_option("--root", arguments.install.root, "The tree")->required();
    installing
        ->add_option("--prefer", arguments.preferences,
                     "GROUP=PACKAGE: which package has a group of alternatives")
        ->allow_extra_args(false);
    installing->add_flag("--no-scripts", arguments.no_scripts,
                         "Run no scripts: xbps-reconfigure -a in the guest does");
    installing->add_option("PACKAGE", arguments.install.packages)->required();

    CLI::App* extracting = app.add_subcommand("extract", "Unpacks the files of one package");
    add_repository(*extracting, arguments);
    extracting->add_option("--to", arguments.target, "Folder")->required();
    extracting->add_option("--only", arguments.prefixes, "Paths that begin so; several times")
        ->allow_extra_args(false);
    extracting->add_option("PACKAGE", arguments.package)->required();

    CLI::App* getting = app.add_subcommand("get", "Fetches one file whose hash is known");
    getting->add_option("--url", arguments.url)->required();
    getting->add_option("--integrity", arguments.integrity, "sha512-BASE64, as npm writes it")
        ->required();
    getting->add_option("--out", arguments.target)->required();

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    const bundle::Interrupt interrupt;
    if (fetching->parsed()) {
        (void)fetch_all(open_repository(arguments, interrupt), arguments.install.packages);
    } else if (installing->parsed()) {
        run_install(arguments, interrupt);
    } else if (extracting->parsed()) {
        extract(open_repository(arguments, interrupt), arguments.package, arguments.target,
                arguments.prefixes, interrupt);
    } else {
        run_get(arguments, interrupt);
    }
    return 0;
}

} // namespace
} // namespace banger::xbps

int main(int argc, char** argv) {
    ::setenv("TMPDIR", "/var/tmp", 0);
    try {
        return banger::xbps::run(argc, argv);
    } catch (...) {
        return banger::xbps::report(banger::os::current_error());
    }
}
