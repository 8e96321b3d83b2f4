#pragma once

#include <string>
#include <vector>

namespace imagebuild {

/// The last thing that is done in a builder VM: what belongs to this one machine, or to the making
/// of the image, goes. Nobody can log in afterwards.
[[nodiscard]] std::string seal_script();

/// Paths of a VM's root that no image takes over from it: its identity, which each VM is given
/// anew, and what is not for keeping. Files go; folders stay, and are empty.
[[nodiscard]] const std::vector<std::string>& own_paths();
/// Files of its user's in which the guest's init has a block, which goes.
[[nodiscard]] const std::vector<std::string>& shared_files();

} // namespace imagebuild
