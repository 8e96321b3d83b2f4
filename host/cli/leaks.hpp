#pragma once

#include "api_client/api.hpp"

#include <string>
#include <vector>

namespace banger::cli {

class Session;

/// A table of what is held on the host, as GET /v1/footprint lists it.
void print_objects(const Session& session, const std::vector<api_client::Json>& objects);

struct LeakArgs {
    bool fix = false;
    bool yes = false; ///< do not ask
    bool json = false;
};

/// Shows what belongs to no VM that exists and, with `fix`, frees it. Returns the exit code: failed
/// while something of it is left.
int leaks(Session& session, const LeakArgs& args);

} // namespace banger::cli
