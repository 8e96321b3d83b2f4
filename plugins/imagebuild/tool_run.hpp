#pragma once

#include <banger/plugin.hpp>

#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace imagebuild {

/// Runs banger-image for a job: its stages and progress are the job's, what it says on standard
/// error goes to the job's log, and `on_line` gets its other lines. Gives its result, or throws its
/// error. A job that is cancelled ends it at once, without a chance to remove what it made: that is
/// the caller's.
nlohmann::json run_tool(banger::Job& job, const std::string& tool, std::vector<std::string> args,
                        const std::function<void(const nlohmann::json&)>& on_line = nullptr);

} // namespace imagebuild
