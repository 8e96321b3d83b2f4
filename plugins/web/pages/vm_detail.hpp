#pragma once

#include "site.hpp"

#include "http/router.hpp"

namespace web {

/// /vms/{name} and /vms/{name}/host
void add_vm_detail(Router& router, Site& site);

using VmPage = Response (*)(Site& site, banger::Call& call, const Request& request,
                            const Snapshot& now, const nlohmann::json& vm);
/// That page of the VM whose name is the request's first argument. Of one that is not there: that
/// it is being created, or what happened to it and what to do.
[[nodiscard]] Response show_of_vm(Site& site, banger::Call& call, const Request& request,
                                  VmPage page);

/// What all pages of a VM have on top: its name, state, what goes on, tabs. tab: "overview",
/// "terminal", "metrics", "logs", "journal", "changes", "host".
[[nodiscard]] nlohmann::json vm_top(const nlohmann::json& vm, const Snapshot& now,
                                    const std::string& tab);

} // namespace web
