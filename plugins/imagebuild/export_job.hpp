#pragma once

#include <banger/plugin.hpp>

#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace imagebuild {

/// Writes an image into one file: {"name","file","replace"}. The image is whole there: what it
/// takes from the bundle goes along. The job of an operation.
void export_job(banger::Job& job, const std::string& tool, const nlohmann::json& asked);

/// The words of `banger-image pack` for an image as GET /v1/images/NAME shows it. Throws Error when
/// it cannot be used.
[[nodiscard]] std::vector<std::string> pack_words(const nlohmann::json& image,
                                                  const std::filesystem::path& file, bool replace);

} // namespace imagebuild
