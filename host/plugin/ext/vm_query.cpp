#include "plugin/extensions.hpp"
#include "plugin/limits.hpp"

namespace banger::plugin {
namespace {

const banger_result* list(const banger_host*, banger_call* call) noexcept {
    return answer(call, "vm_query.list",
                  [](Call& of) { return of.plugin.services.vms->list_json(); });
}

const banger_result* get(const banger_host*, banger_call* call, banger_str name_or_id) noexcept {
    return answer(call, "vm_query.get", [&](Call& of) {
        const std::string name = limits::taken("the name of a VM", name_or_id, limits::vm_name);
        auto found = of.plugin.services.vms->find_json(name);
        if (!found) {
            throw os::Error(os::ErrorKind::not_found, "no VM '" + name + "'");
        }
        return std::move(*found);
    });
}

} // namespace

const banger_vm_query_ops vm_query_ops{sizeof(banger_vm_query_ops), 0, list, get};

} // namespace banger::plugin
