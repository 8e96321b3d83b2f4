#pragma once

#include "xbps/package_file.hpp"

#include <map>
#include <string>
#include <vector>

namespace banger::xbps {

class Tree;

/// What the guest's own xbps is told of the packages in a tree: var/db/xbps. Nothing is written
/// before write().
class Database {
  public:
    /// `by_name`: somebody asked for it; the others are there for those and go with them.
    void add(const Package& package, const Metadata& metadata, const std::string& mirror,
             bool by_name);
    /// Its INSTALL script has run. Until then it counts as unpacked, and `xbps-reconfigure -a` in
    /// the guest runs it.
    void set_configured(const std::string& name);

    /// Makes the links of all alternatives. `preferred`: group -> package; where none is named,
    /// the first package that was added has the group. Throws os::Error (invalid) for a preference
    /// that nobody can have.
    void apply_alternatives(const std::map<std::string, std::string>& preferred, const Tree& tree);

    void write(const Tree& tree) const;
    [[nodiscard]] static bool is_in(const Tree& tree);

  private:
    Plist packages_ = Plist::dict();
    std::map<std::string, std::string> files_; ///< files.plist of each package
    std::map<std::string, std::vector<std::string>> groups_;
};

} // namespace banger::xbps
