#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace imagebuild {

/// Which part of a whole job each of its stages is.
class StagePlan {
  public:
    struct Stage {
        std::string name;
        unsigned weight; ///< against the others
    };

    StagePlan() = default;
    explicit StagePlan(std::vector<Stage> stages) : stages_(std::move(stages)) {}

    /// A stage begins: percent of the whole at its end. Those before it are over by then, whether
    /// they were needed or not. Nothing for one that is not planned, or was before.
    [[nodiscard]] std::optional<std::uint32_t> begin(std::string_view name);

  private:
    std::vector<Stage> stages_;
    std::size_t next_ = 0;
};

} // namespace imagebuild
