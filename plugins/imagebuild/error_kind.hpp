#pragma once

#include <string_view>

#include <banger/abi.h>

namespace imagebuild {

/// The status for the "kind" of an error, as the daemon's API and banger-image name them;
/// BANGER_E_INTERNAL for one that is not known.
[[nodiscard]] banger_status status_of_kind(std::string_view kind);

} // namespace imagebuild
