#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace banger::init {

/// A line of the module list that the bundle builder writes: what the module is for, and what to
/// load for it. Text form: `ALIAS,ALIAS FILE FILE ...`, `-` for no alias; files in dependency
/// order, the module itself last.
struct ModuleEntry {
    std::vector<std::string> aliases; ///< device patterns (fnmatch); empty: load always
    std::vector<std::string> files;
};

std::vector<ModuleEntry> parse_module_list(std::string_view text);

/// Loads the kernel modules that this machine has devices for. A module without its device only
/// costs boot time: under TCG each load takes milliseconds (its signature is verified).
class Modules {
  public:
    explicit Modules(std::string folder) : folder_(std::move(folder)) {}

    /// Throws std::system_error naming the module that the kernel refused.
    void load(const std::vector<ModuleEntry>& entries);
    [[nodiscard]] const std::vector<std::string>& loaded() const noexcept { return order_; }

  private:
    void load_file(const std::string& file);

    std::string folder_;
    std::set<std::string> done_;
    std::vector<std::string> order_;
};

} // namespace banger::init
