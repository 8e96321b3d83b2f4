#pragma once

#include "form.hpp"
#include "http/router.hpp"

namespace web {

/// Pages of actions.hpp that have a file of their own: each form by GET, and what takes it by POST.
void add_vm_create(Router& router, Site& site);      ///< /vms/-/new, /vms
void add_vm_set(Router& router, Site& site);         ///< /vms/{name}/set
void add_vm_bulk(Router& router, Site& site);        ///< /vms/bulk, /bulk/{id}
void add_image_register(Router& router, Site& site); ///< /images/-/register
void add_image_verbs(Router& router, Site& site);    ///< /images/-/new, import, export, commit
void add_image_bulk(Router& router, Site& site);     ///< /images/bulk
void add_image_prune(Router& router, Site& site);    ///< /images/-/prune

} // namespace web
