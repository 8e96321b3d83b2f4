#pragma once

#include "plugin/services.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace banger::plugin {

struct Manifest;

/// What is told of a plugin that does not run to somebody who wants something of it.
struct KnownPlugin {
    std::vector<std::string> places; ///< of its verbs in the command line: "vm stats"
    std::vector<std::string> flags;  ///< of its options of VMs: "--publish"
    bool guest_services = false;     ///< it is asked to do things in guests
    bool gives_network = false;      ///< it gives VMs network cards
};

/// What plugins bring, kept across daemons: the file of one that is off is not opened, and who
/// wants something of it is to be told just that.
class KnownPlugins {
  public:
    /// Without a KeyValues nothing is remembered.
    explicit KnownPlugins(KeyValues* memory) : memory_(memory) {}

    /// What its manifest says; of one without, what a daemon has read before. [load]
    void learn(const std::string& id, const Manifest* manifest);
    /// nullopt: its file was never read.
    [[nodiscard]] std::optional<KnownPlugin> find(const std::string& id) const;

  private:
    KeyValues* memory_;
    std::map<std::string, KnownPlugin> plugins_;
};

} // namespace banger::plugin
