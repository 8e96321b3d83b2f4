#pragma once

#include "api_client/api.hpp"

#include <vector>

namespace banger::cli {

class Session;

/// A table of what is held on the host, as GET /v1/footprint lists it.
void print_objects(const Session& session, const std::vector<api_client::Json>& objects);

} // namespace banger::cli
