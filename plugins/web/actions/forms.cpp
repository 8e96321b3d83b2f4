#include "actions.hpp"

#include "form_pages.hpp"

namespace web {

void add_forms(Router& router, Site& site) {
    add_vm_create(router, site);
    add_vm_set(router, site);
    add_image_register(router, site);
    add_image_verbs(router, site);
}

} // namespace web
