#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>
#include <vector>

namespace banger::bundle {

/// A program for guests of this build tree or installation.
[[nodiscard]] std::filesystem::path find_guest_program(const std::string& name);

/// The verbs that make one part, for scripts that stage kernels and root file systems of their own:
/// `vmlinux`, `initramfs`, `rootfs`.
class PartVerbs {
  public:
    explicit PartVerbs(CLI::App& app);

    [[nodiscard]] bool asked() const;
    void run() const;

  private:
    void make_vmlinux() const;
    void make_initramfs() const;
    void make_rootfs() const;

    CLI::App* vmlinux_;
    CLI::App* initramfs_;
    CLI::App* rootfs_;
    std::filesystem::path out_;
    std::filesystem::path vmlinuz_;
    std::filesystem::path modules_folder_;
    std::vector<std::string> modules_;
    std::string compression_ = "none";
    std::filesystem::path init_;
    std::filesystem::path manifest_;
    std::filesystem::path bundle_;
    std::filesystem::path cache_;
    std::filesystem::path agent_;
};

} // namespace banger::bundle
