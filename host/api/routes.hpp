#pragma once

#include <span>
#include <string_view>

namespace banger::api {

/// One operation of the API as data. docs/openapi.yaml describes exactly these.
struct Route {
    std::string_view method;
    std::string_view path;  ///< "/v1/vms/{name}/start"
    std::string_view id;    ///< operationId
    std::string_view query; ///< names of its query parameters, with a space between them
};

[[nodiscard]] std::span<const Route> routes() noexcept;

} // namespace banger::api
