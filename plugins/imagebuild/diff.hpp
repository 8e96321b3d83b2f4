#pragma once

#include "daemon_api.hpp"

#include <banger/plugin.hpp>

#include <string>
#include <string_view>

namespace imagebuild {

/// `vm diff`: emits the files of a VM that are not as in its image, a row each. Of a VM that runs a
/// copy of its disk is looked at.
void emit_diff(banger::Host host, banger::Call& call, std::string_view args_json,
               const std::string& tool);

extern const char diff_schema[]; ///< of the verb's arguments

} // namespace imagebuild
