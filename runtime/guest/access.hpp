#pragma once

namespace banger::guest {

struct Config;
class RootDir;

/// The SSH side of a guest: its host keys, and who may log in. A user's own authorized_keys lines
/// stay.
void write_access(const RootDir& root, const Config& config);

} // namespace banger::guest
