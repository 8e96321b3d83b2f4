#include "builder/archive.hpp"
#include "builder/digest.hpp"
#include "builder/ext4.hpp"
#include "builder/parts.hpp"
#include "builder/tool.hpp"
#include "os/error.hpp"
#include "os/file.hpp"

#include <fcntl.h>

namespace banger::bundle {
namespace {

namespace fs = std::filesystem;

void build_work_seed(const Site& site, const fs::path& staging) {
    const WorkSeedPlan& plan = site.manifest->work_seed;
    const fs::path home = staging / "home";
    fs::create_directories(home / ".ssh");
    if (!plan.recipe.empty()) {
        fs::copy(plan.recipe, home, fs::copy_options::recursive | fs::copy_options::copy_symlinks);
    }
    fs::permissions(home, fs::perms::owner_all);
    fs::permissions(home / ".ssh", fs::perms::owner_all);
    make_ext4_from_folder(home, staging / "work-seed.ext4",
                          {.label = "bgr-work", .size_mib = plan.size_mib, .root_mode = 0700},
                          *site.interrupt);
}

void build_ssh_key(const Site& site, const fs::path& staging) {
    // A key in place stays: the guests that exist know it.
    if (fs::exists(site.bundle / "id_ed25519") && fs::exists(site.bundle / "id_ed25519.pub")) {
        os::clone_file(site.bundle / "id_ed25519", staging / "id_ed25519", 0600);
        os::clone_file(site.bundle / "id_ed25519.pub", staging / "id_ed25519.pub", 0644);
        return;
    }
    run_tool({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "banger", "-f",
              staging / "id_ed25519"},
             *site.interrupt);
}

bool is_elf(const fs::path& file) {
    char magic[4] = {};
    const os::UniqueFd fd = os::open_file(file, O_RDONLY);
    return ::read(fd.get(), magic, sizeof magic) == sizeof magic &&
           std::string_view(magic, 4) == "\177ELF";
}

/// The release archive holds the program as release-vX/firecracker-vX-x86_64; a bare program is
/// taken as it is.
void build_firecracker(const Site& site, const fs::path& staging) {
    const FirecrackerSource& plan = *site.manifest->firecracker;
    fs::create_directories(site.cache / "downloads");
    const fs::path file =
        site.cache / "downloads" /
        ("firecracker-" +
         (plan.source.sha256.empty() ? "local" : plan.source.sha256.substr(0, 16)));
    fetch(plan.source, file, *site.interrupt);
    const fs::path target = staging / "firecracker";
    if (is_elf(file)) {
        os::clone_file(file, target, 0755);
        return;
    }
    const fs::path tree = staging / "tree";
    fs::create_directories(tree);
    unpack(
        file, tree,
        [](const std::string& path) {
            const std::string name = fs::path(path).filename();
            return name.starts_with("firecracker-v") && name.ends_with("-x86_64");
        },
        *site.interrupt);
    for (const auto& entry : fs::recursive_directory_iterator(tree)) {
        if (entry.is_regular_file() && is_elf(entry.path())) {
            fs::rename(entry.path(), target);
            fs::permissions(target, fs::perms(0755));
            return;
        }
    }
    throw os::Error(os::ErrorKind::not_found,
                    file.string() + " holds no firecracker program for x86_64");
}

std::string source_text(const Source& source) {
    const bool local = !source.path.empty() && fs::is_regular_file(source.path);
    return source.url + "\n" + source.path.string() + "\n" + source.sha256 + "\n" +
           (local ? sha256_file(source.path) : "");
}

} // namespace

Component work_seed_part(const Site& site) {
    const WorkSeedPlan& plan = site.manifest->work_seed;
    return {.name = "work-seed",
            .inputs = "work-seed 3\n" + std::to_string(plan.size_mib) + "\n" +
                      (plan.recipe.empty() ? "" : tree_digest(plan.recipe)),
            .outputs = {"work-seed.ext4"},
            .build = [&site](const fs::path& staging) { build_work_seed(site, staging); }};
}

Component ssh_key_part(const Site& site) {
    return {.name = "ssh-key",
            .inputs = "ssh-key 1",
            .outputs = {"id_ed25519.pub", "id_ed25519"},
            .build = [&site](const fs::path& staging) { build_ssh_key(site, staging); }};
}

Component firecracker_part(const Site& site) {
    return {.name = "firecracker",
            .inputs = "firecracker 1\n" + source_text(site.manifest->firecracker->source),
            .outputs = {"firecracker"},
            .build = [&site](const fs::path& staging) { build_firecracker(site, staging); }};
}

Component agent_part(const Site& site) {
    const fs::path source = site.agent;
    return {.name = "agent",
            .inputs = "agent 1\n" + sha256_file(source),
            .outputs = {"banger-vsock-agent"},
            .build = [source](const fs::path& staging) {
                os::clone_file(source, staging / "banger-vsock-agent", 0755);
            }};
}

} // namespace banger::bundle
