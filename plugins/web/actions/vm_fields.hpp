#pragma once

#include "form_field.hpp"

namespace web {

/// What a VM can be created with. images: of the snapshot; config: GET /v1/config, whose values
/// count where nothing is typed in; options: of GET /v1/vm-options.
[[nodiscard]] std::vector<FormField> create_fields(const nlohmann::json& images,
                                                   const nlohmann::json& config,
                                                   const nlohmann::json& options);

/// What of this VM can be changed, with what it is now. What needs a stop is locked while it runs.
[[nodiscard]] std::vector<FormField> set_fields(const nlohmann::json& vm,
                                                const nlohmann::json& options);

/// The groups of these that are seldom needed.
[[nodiscard]] std::vector<std::string> seldom_groups();

} // namespace web
