#pragma once

#include "site.hpp"

#include "http/router.hpp"

namespace web {

/// /vms/{name} and /vms/{name}/host
void add_vm_detail(Router& router, Site& site);

/// The page of a VM that is not there: being created, or what happened to it and what to do. Other
/// pages of a VM show it, too.
[[nodiscard]] Response show_no_vm(Site& site, banger::Call& call, const Request& request,
                                  const Snapshot& now, const std::string& name);

/// What all pages of a VM have on top: its name, state, what goes on, tabs. tab: "overview",
/// "logs", "journal", "host".
[[nodiscard]] nlohmann::json vm_top(const nlohmann::json& vm, const Snapshot& now,
                                    const std::string& tab);

} // namespace web
