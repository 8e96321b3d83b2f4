#include "error_kind.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace imagebuild {

banger_status status_of_kind(std::string_view kind) {
    static constexpr std::array<std::pair<std::string_view, banger_status>, 9> kinds{{
        {"invalid", BANGER_E_INVALID},
        {"not_found", BANGER_E_NOT_FOUND},
        {"conflict", BANGER_E_CONFLICT},
        {"busy", BANGER_E_BUSY},
        {"unavailable", BANGER_E_UNAVAILABLE},
        {"exhausted", BANGER_E_UNAVAILABLE},
        {"permission", BANGER_E_PERMISSION},
        {"timeout", BANGER_E_TIMEOUT},
        {"cancelled", BANGER_E_CANCELLED},
    }};
    const auto* const found = std::find_if(kinds.begin(), kinds.end(),
                                           [&](const auto& one) { return one.first == kind; });
    return found == kinds.end() ? BANGER_E_INTERNAL : found->second;
}

} // namespace imagebuild
