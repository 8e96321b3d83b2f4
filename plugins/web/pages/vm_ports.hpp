#pragma once

#include <nlohmann/json.hpp>

namespace web {

/// The ports of a VM as rows of a table, by their numbers: what listens in the guest as it says
/// itself, and what is published on this machine as the VM's options have it.
/// {"PORT","PROTOCOL","PROCESS","TITLE","REACH","LINK":{"URL","TEXT"},"PUBLISHED":[{"TEXT"}]}
[[nodiscard]] nlohmann::json port_rows(const nlohmann::json& vm);

} // namespace web
