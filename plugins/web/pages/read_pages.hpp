#pragma once

#include "site.hpp"

#include "http/router.hpp"

namespace web {

/// Every page that changes nothing of VMs and images. Each group is in the file of its name.
void add_home(Router& router, Site& site);     ///< /
void add_vms(Router& router, Site& site);      ///< /vms, /vms/{name} and what is below it
void add_images(Router& router, Site& site);   ///< /images..
void add_ops(Router& router, Site& site);      ///< /ops..
void add_metrics(Router& router, Site& site);  ///< /metrics, /vms/{name}/metrics, and for programs
void add_ports(Router& router, Site& site);    ///< /ports
void add_logs(Router& router, Site& site);     ///< /logs, /vms/{name}/logs, /vms/{name}/log
void add_journal(Router& router, Site& site);  ///< /vms/{name}/journal, /vms/{name}/journal.txt
void add_changes(Router& router, Site& site);  ///< /vms/{name}/changes, and what looks at them
void add_doctor(Router& router, Site& site);   ///< /doctor
void add_plugins(Router& router, Site& site);  ///< /plugins.., their panels
void add_settings(Router& router, Site& site); ///< /settings
/// /vms/{name}/terminal and its ticket, /ws/terminal
void add_terminal(Router& router, Site& site);
void add_files(Router& router, Site& site); ///< /files

} // namespace web
