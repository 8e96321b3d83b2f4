#include "builder/digest.hpp"
#include "builder/ext4.hpp"
#include "builder/parts.hpp"
#include "builder/tool.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "os/temporary_dir.hpp"

#include <algorithm>
#include <optional>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace banger::bundle {
namespace {

namespace fs = std::filesystem;

/// The recipe's package list: one name a line, # starts a comment.
std::string listed_packages(const fs::path& recipe) {
    std::istringstream lines(os::read_file(recipe / "packages", 1U << 20U));
    std::string out;
    for (std::string line; std::getline(lines, line);) {
        line.resize(std::min(line.find('#'), line.size()));
        std::istringstream words(line);
        for (std::string word; words >> word;) {
            out += (out.empty() ? "" : ",") + word;
        }
    }
    return out;
}

/// Of the agent in the payload, until it has its place.
constexpr const char* agent_name = "banger-vsock-agent";

/// What goes into the tree besides packages, as root's: the recipe's files, its script, the
/// kernel's modules, the guest agent.
void pack_payload(const Site& site, const fs::path& recipe, const fs::path& staging,
                  const fs::path& target) {
    const std::string version = kernel_version(site.bundle);
    const fs::path agent = staging / agent_name; // whatever its own name and mode
    os::clone_file(site.agent, agent, 0755);
    run_tool(
        {"tar",
         "--create",
         "--file=" + target.string(),
         "--owner=root:0",
         "--group=root:0",
         "--numeric-owner",
         "--transform=s,^\\./modules,./usr/lib/modules,",
         "--transform=s,^\\./customize,./.banger-customize,",
         std::string("--transform=s,^\\./") + agent_name + "$,./usr/lib/banger/" + agent_name + ",",
         "-C",
         recipe / "files",
         ".",
         "-C",
         recipe,
         "./customize",
         "-C",
         site.bundle,
         "./modules/" + version,
         "-C",
         staging,
         std::string("./") + agent_name},
        *site.interrupt);
    fs::remove(agent);
}

void build_rootfs(const Site& site, const fs::path& staging) {
    const Manifest& manifest = *site.manifest;
    const fs::path recipe = manifest.rootfs.recipe;
    const fs::path payload = staging / "payload.tar";
    const fs::path tree = staging / "rootfs.tar";
    run_tool({"mmdebstrap", "--version"}, *site.interrupt); // says what is missing, before any work
    pack_payload(site, recipe, staging, payload);
    std::vector<std::string> command;
    std::optional<os::TemporaryDir> scratch;
    if (::geteuid() == 0) {
        // As root it mounts into its scratch tree: in a mount namespace of its own the mounts end
        // with it, however it ends, and the tree can be removed. In a user namespace it sees to
        // both itself.
        scratch.emplace("banger-rootfs");
        fs::permissions(scratch->path(), fs::perms(0755)); // apt's user _apt goes through it
        command = {"unshare",
                   "--mount",
                   "--propagation",
                   "private",
                   "--",
                   "env",
                   "TMPDIR=" + scratch->path().string()};
    }
    const std::vector<std::string> bootstrap{
        "mmdebstrap",
        "--variant=minbase",
        "--architectures=amd64",
        "--include=" + listed_packages(recipe),
        "--aptopt=Acquire::Languages \"none\"",
        "--aptopt=Acquire::Retries \"3\"",
        "--dpkgopt=force-unsafe-io", // nobody needs the scratch tree after a power cut
        "--dpkgopt=path-exclude=/usr/share/man/*",
        "--dpkgopt=path-exclude=/usr/share/locale/*",
        "--dpkgopt=path-exclude=/usr/share/doc/*",
        "--dpkgopt=path-include=/usr/share/doc/*/copyright",
        "--customize-hook=tar-in " + payload.string() + " /",
        "--customize-hook=chroot \"$1\" /bin/sh /.banger-customize " + kernel_version(site.bundle),
        "--customize-hook=rm \"$1/.banger-customize\"",
        manifest.debian.release,
        tree,
    };
    command.insert(command.end(), bootstrap.begin(), bootstrap.end());
    for (const std::string& source :
         find_mirrors(site.manifest->debian, *site.interrupt).sources(manifest.debian.release)) {
        command.push_back(source);
    }
    run_tool(command, *site.interrupt);
    fs::remove(payload);
    make_ext4_from_tar(tree, staging / "rootfs.ext4",
                       {.label = "bgr-base", .size_mib = manifest.rootfs.size_mib},
                       *site.interrupt);
    fs::remove(tree);
}

void check_agent(const Site& site) {
    if (!fs::is_regular_file(site.agent)) {
        throw os::Error(os::ErrorKind::not_found,
                        "rootfs: the guest agent " + site.agent.string() + " is missing",
                        "build the target banger-vsock-agent, or name it with --agent");
    }
}

} // namespace

std::string tree_digest(const fs::path& folder) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    std::string text;
    for (const fs::path& file : files) {
        struct stat info {};
        if (::lstat(file.c_str(), &info) != 0) {
            throw os::errno_error("look at " + file.string());
        }
        text += fs::relative(file, folder).string() + " " + std::to_string(info.st_mode) + " ";
        text += fs::is_symlink(file)        ? fs::read_symlink(file).string()
                : fs::is_regular_file(file) ? sha256_file(file)
                                            : "-";
        text += "\n";
    }
    return sha256(text);
}

Component rootfs_part(const Site& site, const Record& kernel) {
    const Manifest& manifest = *site.manifest;
    check_agent(site);
    const std::string inputs = "rootfs 2\n" + manifest.debian.release + "\n" +
                               manifest.debian.mirror + "\n" + manifest.debian.security_mirror +
                               "\n" + tree_digest(manifest.rootfs.recipe) + "\n" +
                               std::to_string(manifest.rootfs.size_mib) + "\n" + kernel.sha256 +
                               "\n" + sha256_file(site.agent);
    return {.name = "rootfs",
            .inputs = inputs,
            .outputs = {"rootfs.ext4"},
            .build = [&site](const fs::path& staging) { build_rootfs(site, staging); }};
}

} // namespace banger::bundle
