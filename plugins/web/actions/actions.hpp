#pragma once

#include "http/router.hpp"
#include "pages/site.hpp"

namespace web {

/// Every change, and the pages that ask before one. Each POST answers 303 to the operation's page
/// or back, or JSON {"op","href"} where asked; once for each `idem` key. The gate and the token
/// (Server) are behind it already. A form of what has no name yet is below "/-/": no VM and no
/// image can be called so. Each group is in the file of its name.
void add_forms(Router& router,
               Site& site); ///< /vms/-/new, /vms, /vms/{name}/set, /images/-/new, ..
void add_vm_actions(Router& router, Site& site); ///< /vms/{name}/{start,stop,..}, /vms/bulk
void add_image_actions(Router& router,
                       Site& site); ///< /images/{name}/{delete,default}, bulk, prune
void add_operation_actions(Router& router, Site& site); ///< /ops/{id}/{cancel,retry}
void add_confirmations(Router& router, Site& site); ///< GET /vms/{name}/confirm/{action} and alike

} // namespace web
