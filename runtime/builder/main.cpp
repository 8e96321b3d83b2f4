// banger-bundle: makes the runtime bundle, the files that every guest boots from.
#include "builder/bundle_file.hpp"
#include "builder/component.hpp"
#include "builder/firecracker.hpp"
#include "builder/interrupt.hpp"
#include "builder/manifest.hpp"
#include "builder/part_verbs.hpp"
#include "builder/parts.hpp"
#include "os/error.hpp"
#include "os/file_lock.hpp"

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <unistd.h>
#include <vector>

namespace banger::bundle {
namespace {

namespace fs = std::filesystem;
using os::Error;
using os::ErrorKind;

struct Arguments {
    fs::path manifest;
    fs::path out;
    fs::path cache;
    fs::path init;
    fs::path agent;
    fs::path firecracker;
    bool refresh = false;
    bool retry = false;
};

/// A file of this machine that somebody named must be right; a release may be out of reach, and the
/// bundle is whole without it.
std::optional<Record> ensure_firecracker(Workshop& workshop, const Site& site) {
    if (!site.manifest->firecracker) {
        return std::nullopt;
    }
    const Component part = firecracker_part(site);
    if (!site.manifest->firecracker->source.path.empty()) {
        return workshop.ensure(part);
    }
    std::string reason;
    const auto record = workshop.try_ensure(part, reason);
    if (!reason.empty()) {
        const std::string prefix = "firecracker: ";
        const bool named = reason.starts_with(prefix);
        std::printf("  %-12s %s: %s\n", "firecracker",
                    record ? "the one in place stays" : "left out, QEMU runs the guests",
                    reason.substr(named ? prefix.size() : 0).c_str());
    }
    return record;
}

std::vector<Record> build_parts(Workshop& workshop, const Site& site) {
    std::vector<Record> records;
    // First: a wrong file is told before minutes are spent.
    const auto firecracker = ensure_firecracker(workshop, site);
    const Record kernel = workshop.ensure(kernel_part(site));
    records.push_back(kernel);
    records.push_back(workshop.ensure(initramfs_part(site, kernel)));
    records.push_back(workshop.ensure(rootfs_part(site, kernel)));
    records.push_back(workshop.ensure(work_seed_part(site)));
    records.push_back(workshop.ensure(ssh_key_part(site)));
    records.push_back(workshop.ensure(agent_part(site)));
    if (firecracker) {
        records.push_back(*firecracker);
    }
    return records;
}

std::vector<Record> take_ready(Workshop& workshop, const Site& site) {
    std::vector<Record> records;
    records.push_back(workshop.ensure(archive_part(site)));
    if (!fs::exists(site.bundle / "ready/id_ed25519")) {
        records.push_back(workshop.ensure(ssh_key_part(site)));
    }
    return records;
}

void warn_of_little_space(const fs::path& out) {
    std::error_code error;
    const auto space = fs::space(out, error);
    constexpr std::uintmax_t needed = 1200ULL << 20U;
    if (!error && space.available < needed) {
        std::printf("  warning      only %ju MiB are free in %s; a first build takes about 1200\n",
                    static_cast<std::uintmax_t>(space.available >> 20U), out.c_str());
    }
}

int build(const Arguments& arguments) {
    const auto start = std::chrono::steady_clock::now();
    Manifest manifest = read_manifest(arguments.manifest);
    if (!arguments.firecracker.empty()) {
        manifest.firecracker = FirecrackerSource{
            .version = {},
            .source = {.url = {}, .path = fs::absolute(arguments.firecracker), .sha256 = {}}};
    }
    if (!arguments.agent.empty()) {
        manifest.agent = fs::absolute(arguments.agent);
    }
    const Interrupt interrupt;
    fs::create_directories(arguments.out);
    const auto lock = os::FileLock::try_acquire(arguments.out / ".lock");
    if (!lock) {
        throw Error(ErrorKind::busy, "another build works in " + arguments.out.string(),
                    "wait for it to end");
    }
    std::printf("runtime bundle in %s\n", arguments.out.c_str());
    Workshop workshop(arguments.out, interrupt);
    if (arguments.refresh) {
        workshop.forget_all();
    }
    if (arguments.retry) {
        workshop.forget_failures();
    }
    const Site site{
        .manifest = &manifest,
        .interrupt = &interrupt,
        .bundle = workshop.folder(),
        .cache = fs::absolute(arguments.cache.empty() ? arguments.out / ".cache" : arguments.cache),
        .init = fs::absolute(arguments.init),
        .agent = manifest.agent.value_or(fs::absolute(find_guest_program("banger-vsock-agent")))};
    if (manifest.archive) {
        adopt_bundle_file(workshop.folder(), take_ready(workshop, site));
    } else {
        warn_of_little_space(arguments.out);
        const std::vector<Record> records = build_parts(workshop, site);
        if (!records.empty() && records.back().name == "firecracker") {
            manifest.firecracker->version =
                firecracker_version(workshop.folder() / "firecracker", "firecracker", interrupt);
        }
        write_bundle_file(workshop.folder(), manifest, records);
    }
    std::printf("done in %.1f s\n",
                std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    return 0;
}

/// What was asked for: a bundle, or by a verb one part of a kernel.
int run(CLI::App& app, int argc, char** argv) {
    Arguments arguments;
    PartVerbs verbs(app);
    arguments.init = find_guest_program("banger-init");
    app.add_option("--manifest", arguments.manifest, "What the bundle is made of")
        ->envname("RUNTIME_MANIFEST")
        ->check(CLI::ExistingFile);
    app.add_option("--out", arguments.out, "Bundle folder");
    app.add_option("--cache", arguments.cache, "Folder for downloads (default: OUT/.cache)");
    app.add_option("--init", arguments.init,
                   "The init program of the initramfs (default: that of this installation)");
    app.add_option("--agent", arguments.agent,
                   "The guest agent of the root file system (default: that of this installation)");
    app.add_option("--firecracker", arguments.firecracker,
                   "Firecracker program or release archive to use")
        ->envname("FIRECRACKER");
    app.add_flag("--refresh", arguments.refresh,
                 "Make every part anew (newest packages); the SSH key stays");
    app.add_flag("--retry", arguments.retry,
                 "Try again what could not be had (a failure is remembered for a day)");
    app.parse(argc, argv);
    if (verbs.asked()) {
        verbs.run();
        return 0;
    }
    if (arguments.manifest.empty() || arguments.out.empty()) {
        throw CLI::RequiredError(arguments.manifest.empty() ? "--manifest" : "--out");
    }
    return build(arguments);
}

int report(const Error& error) noexcept {
    std::fprintf(stderr, "banger-bundle: %s\n", error.what());
    for (const std::string& line : error.details()) {
        std::fprintf(stderr, "    %s\n", line.c_str());
    }
    if (!error.hint().empty()) {
        std::fprintf(stderr, "  next: %s\n", error.hint().c_str());
    }
    return error.kind() == ErrorKind::cancelled ? 130 : 1;
}

} // namespace
} // namespace banger::bundle

int main(int argc, char** argv) {
    using namespace banger;
    // The root file system is unpacked there on its way: /tmp may be memory.
    ::setenv("TMPDIR", "/var/tmp", 0);
    try {
        CLI::App app{"Makes the runtime bundle: kernel, initramfs, root file system, keys. Run "
                     "again, it makes only what changed."};
        try {
            return bundle::run(app, argc, argv);
        } catch (const CLI::ParseError& error) {
            return app.exit(error);
        }
    } catch (...) {
        return bundle::report(os::current_error());
    }
}
