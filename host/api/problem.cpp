#include "api/problem.hpp"

#include <nlohmann/json.hpp>

namespace banger::api {
using os::ErrorKind;

int status_of(ErrorKind kind) noexcept {
    switch (kind) {
    case ErrorKind::invalid:
        return 400;
    case ErrorKind::permission:
        return 403;
    case ErrorKind::not_found:
        return 404;
    case ErrorKind::conflict:
    case ErrorKind::busy:
    case ErrorKind::cancelled:
        return 409;
    case ErrorKind::unsupported:
        return 501;
    case ErrorKind::unavailable:
        return 503;
    case ErrorKind::timeout:
        return 504;
    case ErrorKind::exhausted:
        return 507;
    case ErrorKind::internal:
        break;
    }
    return 500;
}

Response problem(const os::Error& error, int status) {
    nlohmann::json body{{"kind", os::to_string(error.kind())}, {"message", error.what()}};
    if (!error.hint().empty()) {
        body["hint"] = error.hint();
    }
    body["details"] = nlohmann::json::object();
    if (!error.details().empty()) {
        body["details"]["console"] = error.details();
    }
    return json_response({{"error", std::move(body)}}, status);
}

Response problem(const os::Error& error) {
    return problem(error, status_of(error.kind()));
}

} // namespace banger::api
