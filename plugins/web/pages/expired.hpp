#pragma once

#include "site.hpp"

namespace web {

/// Of a form whose token is too old: what was typed in once more, with a new token and a button, so
/// that nothing is lost and nothing is done unseen. Never throws.
[[nodiscard]] Response show_expired(Site& site, banger::Call& call, const Request& request);

} // namespace web
