#pragma once

#include "under_way.hpp"

#include <banger/plugin.hpp>

#include <memory>
#include <string>

#include <nlohmann/json.hpp>

namespace imagebuild {

/// Takes an image out of a file that export_job() wrote: {"file","name","replace"}. A name that is
/// not given is the archive's, and claimed before it is unpacked. Nothing is left when it fails.
/// The job of an operation.
void import_job(banger::Job& job, const std::string& tool, const nlohmann::json& asked,
                UnderWay& under_way, std::shared_ptr<UnderWay::Claim> claim = nullptr);

/// What an imported image is called: as is asked, else as its archive says, by what `banger-image
/// about` gave. Throws Error without any name.
[[nodiscard]] std::string image_name(const nlohmann::json& asked, const nlohmann::json& archive);

/// What POST /v1/images gets for what `banger-image unpack` gave.
[[nodiscard]] nlohmann::json image_request(const std::string& name, const nlohmann::json& asked,
                                           const std::string& staging,
                                           const nlohmann::json& unpacked);

} // namespace imagebuild
