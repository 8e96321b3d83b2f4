#pragma once

#include "cli/session.hpp"

#include <memory>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace banger::cli {

/// The heading over a plugin's options in --help, before its name.
inline constexpr const char* plugin_group = "Options of plugin ";

/// An option of a VM that a plugin brings.
struct VmOption {
    std::string plugin;
    std::string name;
    std::string flag;       ///< "--nat"
    std::string short_flag; ///< "-p"; empty when it has none
    std::string type;       ///< boolean, integer, number, string, array
    std::string default_text;
    std::string description;
    std::vector<std::string> choices;
    bool live = false;
    bool path = false; ///< of the user's: it is made absolute
};

[[nodiscard]] std::vector<VmOption> vm_options_of(const Json& answer);

/// From the daemon; when it does not run and must not be started, from the copy that it left.
[[nodiscard]] std::vector<VmOption> vm_options(Session& session);

/// A line for --help where vm_options() can know of none: no daemon has run yet. Mostly empty.
[[nodiscard]] std::string options_to_come(const Session& session);

/// Gives `verb` a flag for each option, and collects what the user says.
class VmOptionFlags {
  public:
    /// `of_lists` is what --help says more of the options that are lists.
    VmOptionFlags(CLI::App& verb, std::vector<VmOption> options, const char* of_lists = "");
    /// {plugin: {name: value}} of the options that were given; throws invalid.
    [[nodiscard]] Json values() const;
    /// The given ones that are lists.
    [[nodiscard]] std::vector<VmOption> lists() const;

  private:
    std::vector<VmOption> options_;
    std::vector<std::vector<std::string>> given_;
    std::unique_ptr<bool[]> none_; ///< --no-FLAG of an array; CLI11 keeps pointers to them
};

} // namespace banger::cli
