#pragma once

#include "state/snapshot.hpp"

#include <string>
#include <string_view>

namespace web {

/// Links between pages, to what there is: one to something that is gone leads nowhere.
[[nodiscard]] bool has_vm(const Snapshot& now, std::string_view name);
[[nodiscard]] bool has_image(const Snapshot& now, std::string_view name);
[[nodiscard]] std::string vm_path(std::string_view name);    ///< "/vms/testbox"
[[nodiscard]] std::string image_path(std::string_view name); ///< "/images/dev"

/// {"ABOUT_PATH", "ABOUT_TEXT": "VM testbox"} of what an operation is about; false where that is
/// not there.
[[nodiscard]] nlohmann::json about_operation(const nlohmann::json& operation, const Snapshot& now);

} // namespace web
