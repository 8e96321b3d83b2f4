#pragma once

#include "gate/gate.hpp"
#include "request.hpp"

#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>

#include <optional>

namespace web {

using Fields = boost::beast::http::fields;

/// A request's head as the gate judges it.
[[nodiscard]] Head head_of(const boost::beast::http::request_header<Fields>& message,
                           std::optional<std::uint32_t> uid);

/// What a handler gets, of a head that the gate let in. Nothing where path, query or form are not
/// what they claim to be (percent.hpp, params.hpp).
[[nodiscard]] std::optional<Request> request_of(const Head& head, const std::string& host,
                                                std::string_view body);

} // namespace web
