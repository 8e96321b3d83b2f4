#pragma once

#include <array>
#include <stdexcept>
#include <string>
#include <string_view>

namespace agent {

/// What an answer of 400 or more says of itself.
enum class Kind { invalid, not_found, unsupported, impossible, too_large, busy, failed };

struct KindRow {
    Kind kind;
    int status;
    std::string_view name;
};
inline constexpr std::array<KindRow, 7> kinds{{{Kind::invalid, 400, "invalid"},
                                               {Kind::not_found, 404, "not_found"},
                                               {Kind::unsupported, 404, "unsupported"},
                                               {Kind::impossible, 501, "unsupported"},
                                               {Kind::too_large, 413, "too_large"},
                                               {Kind::busy, 503, "busy"},
                                               {Kind::failed, 500, "failed"}}};

[[nodiscard]] constexpr const KindRow& row(Kind kind) {
    return kinds[static_cast<std::size_t>(kind)];
}

/// Ends a request with an error of the protocol.
class Refusal : public std::runtime_error {
  public:
    Refusal(Kind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
    [[nodiscard]] Kind kind() const noexcept { return kind_; }

  private:
    Kind kind_;
};

} // namespace agent
