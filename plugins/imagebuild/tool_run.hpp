#pragma once

#include "stage_plan.hpp"

#include <banger/plugin.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace imagebuild {

/// Who hears what banger-image says beside its result; each may be left out.
struct ToolEars {
    std::function<void(const std::string& name)> stage;
    std::function<void(std::uint64_t done, std::uint64_t total, bool bytes)> progress;
    std::function<void(const std::string& text)> note;    ///< standard error, and what is no JSON
    std::function<void(const nlohmann::json& said)> line; ///< any other object
};

/// Runs banger-image. Gives its result, or throws its error. When the call is cancelled it is asked
/// to end, takes back what it had begun, and is killed when it takes too long: what there may be
/// then is the caller's to remove.
nlohmann::json run_tool(banger::Call& call, const std::string& tool, std::vector<std::string> args,
                        const ToolEars& ears);

/// Of a job: stages and progress are the operation's, notes go to its log. `plan` is of the tool's
/// own stages, where the job has no others. The job outlives the result.
[[nodiscard]] ToolEars ears_of(banger::Job& job, StagePlan plan = {});
/// The same for a job.
nlohmann::json run_tool(banger::Job& job, const std::string& tool, std::vector<std::string> args,
                        StagePlan plan = {});

} // namespace imagebuild
