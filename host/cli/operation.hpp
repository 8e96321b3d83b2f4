#pragma once

#include "cli/session.hpp"

#include <optional>
#include <string>
#include <vector>

namespace banger::cli {

struct Stage {
    std::string name;
    std::optional<double> seconds; ///< set when it is over
    std::string state;             ///< running, done, failed, cancelled
};

/// How much of a stage is done.
struct Count {
    double done = 0;
    double total = 0; ///< 0: not known
    bool bytes = false;
};

/// An operation as the daemon last told it.
struct Operation {
    std::string id;
    std::string kind;
    std::string target;
    std::string state;
    std::string stage;
    std::optional<double> percent;
    std::optional<Count> count; ///< of its stage
    std::vector<Stage> stages;
    double elapsed = 0; ///< seconds

    [[nodiscard]] bool over() const {
        return state == "succeeded" || state == "failed" || state == "cancelled";
    }
};

/// Nothing when the JSON is not an operation (some changes are done at once and answer otherwise).
[[nodiscard]] std::optional<Operation> operation_of(const Json& json);

/// Why it ended badly; nothing when it succeeded or still runs.
[[nodiscard]] std::optional<os::Error> error_of(const Json& operation);

} // namespace banger::cli
