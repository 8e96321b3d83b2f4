#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace banger::bundle {

/// What a kernel module says of itself in its .modinfo section.
struct ModuleInfo {
    std::vector<std::string> depends;
    std::vector<std::string> aliases;
};

/// Reads an ELF module. Throws os::Error (invalid) when it is none.
[[nodiscard]] ModuleInfo read_module_info(std::string_view elf);

/// The modules of one kernel, by name (as modprobe takes it: dashes and underscores are the same).
class ModuleIndex {
  public:
    /// `folder` is a lib/modules/VERSION.
    explicit ModuleIndex(const std::filesystem::path& folder);

    /// The files to load for a module, in order, itself last; relative to the folder. Throws
    /// not_found.
    [[nodiscard]] std::vector<std::filesystem::path> load_order(const std::string& name) const;
    [[nodiscard]] ModuleInfo info(const std::string& name) const;
    [[nodiscard]] bool has(const std::string& name) const;
    /// Is it part of the kernel itself, by modules.builtin?
    [[nodiscard]] bool built_in(const std::string& name) const;
    /// The ELF file at one of these paths; a module that is stored compressed comes unpacked.
    [[nodiscard]] std::string content(const std::filesystem::path& file) const;

  private:
    [[nodiscard]] const std::filesystem::path& file(const std::string& name) const;
    void add(const std::string& name, std::vector<std::filesystem::path>& order) const;

    std::filesystem::path folder_;
    std::map<std::string, std::filesystem::path> files_;
    std::set<std::string> built_in_;
};

} // namespace banger::bundle
