#pragma once

#include "response.hpp"

#include <string>

namespace web {

/// Status line and headers of a response: its own, its length, and those that keep a browser from
/// doing for other sites what is done for us (docs/web-security.md). A header that the response has
/// replaces the one of that name: a plugin's panel has a Content-Security-Policy of its own. Throws
/// std::logic_error for a header that is none.
[[nodiscard]] std::string response_head(const Response& response, bool keep_alive);

} // namespace web
