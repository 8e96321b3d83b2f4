#pragma once

namespace banger::plugin_probe {

/// The conformance run: check [--json] [--config JSON] [--options JSON] [--run-programs] FILE.
/// Prints the report; 0 when every check that was made is well, else 1.
int check(int argc, char** argv);

} // namespace banger::plugin_probe
