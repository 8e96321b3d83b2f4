#pragma once

#include "router.hpp"

#include <string>

namespace web {

/// "/static/<12 digits of its SHA-256>/app.css" of a file of assets/: a changed file has another
/// address, so that browsers may keep each for ever. Throws std::runtime_error for one that is not
/// there.
[[nodiscard]] std::string asset_path(std::string_view name);

/// GET /static/{digest}/{name}: compiled in; compressed where the browser takes it.
void add_static_files(Router& router);

} // namespace web
