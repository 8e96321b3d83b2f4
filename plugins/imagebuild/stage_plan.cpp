#include "stage_plan.hpp"

#include <algorithm>
#include <numeric>

namespace imagebuild {

std::optional<std::uint32_t> StagePlan::begin(std::string_view name) {
    const auto first = stages_.begin() + static_cast<std::ptrdiff_t>(next_);
    const auto found =
        std::find_if(first, stages_.end(), [&](const Stage& stage) { return stage.name == name; });
    if (found == stages_.end()) {
        return std::nullopt;
    }
    const auto weight_to = [&](auto end) {
        return std::accumulate(stages_.begin(), end, 0U,
                               [](unsigned sum, const Stage& stage) { return sum + stage.weight; });
    };
    next_ = static_cast<std::size_t>(found - stages_.begin()) + 1;
    const unsigned all = std::max(weight_to(stages_.end()), 1U);
    return 100U * weight_to(found + 1) / all;
}

} // namespace imagebuild
