#pragma once

#include <string_view>

namespace banger::guest {

/// Credits `seed` to the kernel's random generator and makes it reseed at once. Comes before
/// anything that may draw a key: two guests restored from one snapshot return the same getrandom()
/// bytes until this was done, and Debian's cloud kernel has no VMGENID driver to do it by itself.
void add_entropy(std::string_view seed);

} // namespace banger::guest
