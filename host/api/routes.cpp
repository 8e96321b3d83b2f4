#include "api/routes.hpp"

#include <array>

namespace banger::api {
namespace {

constexpr auto table = std::to_array<Route>({
    {"GET", "/v1/version", "getVersion", ""},
    {"GET", "/v1/daemon", "getDaemon", ""},
    {"GET", "/v1/daemon/lines", "listStatusLines", ""},
    {"POST", "/v1/daemon/stop", "stopDaemon", ""},
    {"GET", "/v1/config", "getConfig", ""},
    {"GET", "/v1/doctor", "getDoctor", ""},
    {"GET", "/v1/events", "followEvents", ""},

    {"GET", "/v1/vms", "listVms", ""},
    {"POST", "/v1/vms", "createVm", "dry_run"},
    {"GET", "/v1/vms/{name}", "getVm", ""},
    {"PATCH", "/v1/vms/{name}", "setVm", ""},
    {"DELETE", "/v1/vms/{name}", "deleteVm", "force"},
    {"POST", "/v1/vms/{name}/start", "startVm", ""},
    {"POST", "/v1/vms/{name}/stop", "stopVm", ""},
    {"POST", "/v1/vms/{name}/restart", "restartVm", ""},
    {"POST", "/v1/vms/{name}/kill", "killVm", ""},
    {"POST", "/v1/vms/{name}/trim", "trimVm", ""},
    {"GET", "/v1/vms/{name}/guest-config", "getVmGuestConfig", ""},
    {"GET", "/v1/vms/{name}/boot-files", "getVmBootFiles", ""},
    {"GET", "/v1/vms/{name}/ssh", "getVmSsh", ""},
    {"GET", "/v1/vms/{name}/console", "getVmConsole", "tail follow"},
    {"GET", "/v1/vms/{name}/console-attach", "attachVmConsole", ""},
    {"POST", "/v1/vms/{name}/exec", "execInVm", ""},
    {"GET", "/v1/vms/{name}/wait", "waitForVm", "state timeout_s"},
    {"GET", "/v1/vm-options", "listVmOptions", ""},
    {"GET", "/v1/ssh-config", "getSshConfig", "vm"},

    {"GET", "/v1/images", "listImages", ""},
    {"POST", "/v1/images", "adoptImage", ""},
    {"GET", "/v1/images/{name}", "getImage", ""},
    {"PUT", "/v1/images/{name}", "registerImage", ""},
    {"DELETE", "/v1/images/{name}", "deleteImage", ""},
    {"GET", "/v1/image-default", "getDefaultImage", ""},
    {"PUT", "/v1/image-default", "setDefaultImage", ""},
    {"POST", "/v1/image-prune", "pruneImages", ""},
    {"POST", "/v1/image-stagings", "openImageStaging", ""},
    {"DELETE", "/v1/image-stagings/{id}", "removeImageStaging", ""},

    {"GET", "/v1/operations", "listOperations", "limit state"},
    {"GET", "/v1/operations/{id}", "getOperation", ""},
    {"POST", "/v1/operations/{id}/cancel", "cancelOperation", ""},
    {"GET", "/v1/operations/{id}/events", "followOperation", ""},

    {"GET", "/v1/plugins", "listPlugins", ""},
    {"GET", "/v1/plugins/{id}", "getPlugin", ""},
    {"POST", "/v1/plugins/{id}/release", "releasePlugin", ""},
    {"POST", "/v1/plugins/{id}/actions/{kind}/{verb}", "runPluginAction", ""},
    {"GET", "/v1/footprint", "listFootprint", "vm stray"},
    {"POST", "/v1/footprint/release", "releaseFootprint", ""},
});

} // namespace

std::span<const Route> routes() noexcept {
    return table;
}

} // namespace banger::api
