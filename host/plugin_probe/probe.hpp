#pragma once

namespace banger::plugin_probe {

/// banger-plugin probe FILE [NAME]: opens it, runs the loader's checks and prints what they found,
/// as JSON: {"descriptor": {...}} or {"error": {"kind", "message", "hint"}}. Exit status 0 for
/// both. Messages call the file NAME.
int probe(int argc, char** argv);

} // namespace banger::plugin_probe
