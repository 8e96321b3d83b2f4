#pragma once

#include "os/utf8.hpp"

namespace banger::plugin {

using os::is_utf8;
using os::one_line;

} // namespace banger::plugin
