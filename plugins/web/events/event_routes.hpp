#pragma once

#include "http/router.hpp"
#include "pages/site.hpp"

namespace web {

/// GET /events, /api/v1/state
void add_events(Router& router, Site& site);

} // namespace web
