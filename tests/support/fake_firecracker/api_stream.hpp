#pragma once

#include "support/firecracker_api.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace banger::test::firecracker {

struct HttpRequest {
    std::string method;
    std::string path;
    std::string body;
};

/// The requests on one connection, as Firecracker's server takes them apart: passive.
class ApiStream {
  public:
    void feed(std::string_view bytes) { in_.append(bytes); }
    /// The next one that is complete. An answer instead where it is none.
    [[nodiscard]] std::optional<HttpRequest> next();
    [[nodiscard]] bool broken() const noexcept { return broken_; }

  private:
    std::string in_;
    bool broken_ = false;
};

/// The bytes of an answer, header by header as Firecracker has them.
[[nodiscard]] std::string to_http(const Answer& answer);

} // namespace banger::test::firecracker
