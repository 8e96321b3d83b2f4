#pragma once

namespace banger::plugin_probe {

/// From here on this process can do little harm: it gains no rights, what root may do beyond
/// others is given up, and time, files and memory dumps are limited. Whoever is root becomes
/// nobody, if that one can read the file.
void confine(const char* file);

} // namespace banger::plugin_probe
