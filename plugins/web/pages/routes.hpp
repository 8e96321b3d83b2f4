#pragma once

#include "http/router.hpp"
#include "site.hpp"

namespace web {

/// Everything that the console answers.
void add_routes(Router& router, Site& site);

} // namespace web
