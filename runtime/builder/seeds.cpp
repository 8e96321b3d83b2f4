#include "builder/digest.hpp"
#include "builder/ext4.hpp"
#include "builder/parts.hpp"
#include "builder/tool.hpp"
#include "os/file.hpp"

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
