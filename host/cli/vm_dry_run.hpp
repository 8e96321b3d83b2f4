#pragma once

#include "cli/session.hpp"

namespace banger::cli {

/// Shows what a create with this body would make, and makes nothing. Returns the exit status.
int dry_run(Session& session, const Json& body, bool json);

} // namespace banger::cli
