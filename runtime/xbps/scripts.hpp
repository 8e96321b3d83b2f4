#pragma once

#include "xbps/package_file.hpp"

#include <optional>
#include <string>

namespace banger::xbps {

class Tree;

/// Runs a package's INSTALL script with the shell of the tree, in a chroot: needs root (that of a
/// user namespace, too). `action` is "pre" or "post". Nothing happens when there is no script, or
/// no shell in the tree yet. Returns what went wrong with it, else nullopt; throws when
/// interrupted.
[[nodiscard]] std::optional<std::string>
run_install_script(const Tree& tree, const Package& package, const std::string& script,
                   const std::string& action, const bundle::Interrupt& interrupt);

} // namespace banger::xbps
