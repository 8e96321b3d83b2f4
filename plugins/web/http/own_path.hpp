#pragma once

#include "request.hpp"

#include <string>
#include <string_view>

namespace web {

/// A path of this console, with a query maybe, and nothing that a browser takes for another machine
/// or that breaks a header.
[[nodiscard]] bool is_own_path(std::string_view address);
/// `given` where it is one, else `otherwise`: what comes with a request leads nowhere else.
[[nodiscard]] std::string own_path(std::string_view given, std::string_view otherwise);
/// As application/x-www-form-urlencoded: Params::parse() reads the same from it.
[[nodiscard]] std::string encoded(const Params& params);
/// `address` with that value in its query, in place of what it had under that name.
[[nodiscard]] std::string with_param(std::string_view address, std::string_view name,
                                     std::string_view value);
/// The path with the query that the request came with.
[[nodiscard]] std::string with_query_of(const Request& request, std::string path);

} // namespace web
