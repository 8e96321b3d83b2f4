#pragma once

#include "plugin/binary.hpp"

#include <filesystem>
#include <map>
#include <string>

namespace banger::plugin {

/// Which files of plugins a probe has found good, kept across daemons. Only that is kept here: what
/// is wrong with one may be repaired without a change to its file (a library that it needs, say),
/// and one that ended its probe is in quarantine.
class ProbeCache {
  public:
    /// What another `program` has found counts for nothing. An empty `file` keeps nothing.
    ProbeCache(std::filesystem::path file, const std::filesystem::path& program);

    /// This path led to this very file with this content when a probe found it good.
    [[nodiscard]] bool good(const std::filesystem::path& plugin,
                            const FileIdentity& identity) const;
    void add(const std::filesystem::path& plugin, const FileIdentity& identity);
    /// Writes what was added, in one step. A cache that cannot be written costs only the next
    /// probe.
    void save() noexcept;

  private:
    std::filesystem::path file_;
    std::string program_; ///< and which of its versions
    std::map<std::string, std::string> good_;
    bool changed_ = false;
};

} // namespace banger::plugin
