#pragma once

#include "console_view.hpp"
#include "http/params.hpp"
#include "http/response.hpp"

namespace web {

/// What the form above a log asks for: q, lines. Another count of lines than the form has is
/// `otherwise`.
[[nodiscard]] ConsoleWish wish_of(const Params& query, std::size_t otherwise);
/// For templates/_log_bar.tpl.
[[nodiscard]] nlohmann::json bar_model(const Params& query, const ConsoleWish& wish);
/// Of a log that is sent to be kept: its name is of what a header may hold.
void send_as_file(Response& response, const std::string& vm, const std::string& what);

} // namespace web
