#pragma once

#include "site.hpp"

namespace web {

/// The model of layout.tpl: navigation, running operations, what a cold sudo blocks, the token of
/// forms. Every page's own model may use these names, too.
[[nodiscard]] nlohmann::json around(Site& site, banger::Call& call, const Request& request,
                                    const Page& page);

} // namespace web
