#include "builder/part_verbs.hpp"

#include "builder/component.hpp"
#include "builder/initramfs.hpp"
#include "builder/interrupt.hpp"
#include "builder/parts.hpp"
#include "builder/vmlinux.hpp"
#include "os/error.hpp"
#include "os/file.hpp"

namespace banger::bundle {
namespace {

namespace fs = std::filesystem;

/// Made beside its place and put there when it is whole; what was begun is removed.
class Beside {
  public:
    explicit Beside(fs::path target)
        : target_(fs::absolute(std::move(target))), part_(target_.string() + ".part") {
        fs::create_directories(target_.parent_path());
    }
    Beside(const Beside&) = delete;
    Beside& operator=(const Beside&) = delete;
    ~Beside() {
        std::error_code ignored;
        fs::remove(part_, ignored);
    }
    [[nodiscard]] const fs::path& part() const noexcept { return part_; }
    void finish() const { fs::rename(part_, target_); }

  private:
    fs::path target_;
    fs::path part_;
};

} // namespace

fs::path find_guest_program(const std::string& name) {
    const fs::path here = fs::read_symlink("/proc/self/exe").parent_path();
    const fs::path installed = here / "../libexec/banger" / name;
    return fs::exists(installed) ? installed : here / "../libexec" / name;
}

PartVerbs::PartVerbs(CLI::App& app)
    : vmlinux_(app.add_subcommand("vmlinux", "Unpack the ELF kernel of a bzImage")),
      initramfs_(app.add_subcommand("initramfs", "An initramfs for another kernel")),
      rootfs_(app.add_subcommand("rootfs", "Only the root file system of a manifest")),
      init_(find_guest_program("banger-init")), agent_(find_guest_program("banger-vsock-agent")) {
    app.require_subcommand(0, 1);
    for (CLI::App* verb : {vmlinux_, initramfs_, rootfs_}) {
        verb->add_option("--out", out_, "File to write")->required();
    }
    vmlinux_->add_option("--vmlinuz", vmlinuz_, "The bzImage")
        ->required()
        ->check(CLI::ExistingFile);
    initramfs_->add_option("--modules", modules_folder_, "A lib/modules/VERSION")
        ->required()
        ->check(CLI::ExistingDirectory);
    initramfs_
        ->add_option("--module", modules_,
                     "A module to load, in order; with a ? behind it, if there is one")
        ->allow_extra_args(false);
    initramfs_->add_option("--compression", compression_, "none, lz4, zstd or gzip")
        ->capture_default_str();
    initramfs_->add_option("--init", init_, "The init program")->check(CLI::ExistingFile);
    rootfs_->add_option("--manifest", manifest_, "Its [debian] and [rootfs] say what it is made of")
        ->required()
        ->check(CLI::ExistingFile);
    rootfs_->add_option("--bundle", bundle_, "A bundle, for the kernel's modules")
        ->required()
        ->check(CLI::ExistingDirectory);
    rootfs_->add_option("--cache", cache_, "Folder for apt's lists (default: that of the bundle)");
    rootfs_->add_option("--agent", agent_, "The guest agent")->check(CLI::ExistingFile);
}

bool PartVerbs::asked() const {
    return vmlinux_->parsed() || initramfs_->parsed() || rootfs_->parsed();
}

void PartVerbs::run() const {
    if (vmlinux_->parsed()) {
        make_vmlinux();
    } else if (initramfs_->parsed()) {
        make_initramfs();
    } else {
        make_rootfs();
    }
}

void PartVerbs::make_vmlinux() const {
    const Beside out(out_);
    extract_vmlinux(vmlinuz_, out.part());
    out.finish();
}

void PartVerbs::make_initramfs() const {
    const Beside out(out_);
    write_initramfs({.modules_folder = modules_folder_,
                     .init = init_,
                     .modules = modules_,
                     .compression = compression_from(compression_)},
                    out.part());
    out.finish();
}

void PartVerbs::make_rootfs() const {
    const Manifest manifest = read_manifest(manifest_);
    const Interrupt interrupt;
    const Site site{.manifest = &manifest,
                    .interrupt = &interrupt,
                    .bundle = fs::absolute(bundle_),
                    .cache = fs::absolute(cache_.empty() ? bundle_ / ".cache" : cache_),
                    .init = init_,
                    .agent = fs::absolute(agent_)};
    // The build takes room for the tree twice: beside the target, not in /tmp.
    const Beside out(out_);
    const fs::path staging = out.part().string() + ".d";
    os::remove_tree(staging);
    fs::create_directories(staging);
    struct Cleared {
        const fs::path& folder;
        ~Cleared() { (void)os::try_remove_tree(folder); }
    } const cleared{staging};
    rootfs_part(site, {}).build(staging);
    fs::rename(staging / "rootfs.ext4", out.part());
    out.finish();
}

} // namespace banger::bundle
