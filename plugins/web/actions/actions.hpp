#pragma once

#include "http/router.hpp"
#include "pages/site.hpp"

namespace web {

/// Every POST. Each answers 303 to the operation's page or back, or JSON {"op","href"} where asked.
/// The gate and the token (Server) are behind it already. Each group is in the file of its name.
void add_vm_actions(Router& router,
                    Site& site); ///< /vms, /vms/{name}/{start,stop,..}, /vms/bulk, /vms/{name}/set
void add_image_actions(Router& router, Site& site);     ///< /images..
void add_operation_actions(Router& router, Site& site); ///< /ops/{id}/{cancel,retry}
void add_confirmations(Router& router, Site& site); ///< GET /vms/{name}/confirm/{action} and alike
void add_forms(Router& router, Site& site); ///< GET /vms/new, /vms/{name}/set, /images/new, ..

} // namespace web
