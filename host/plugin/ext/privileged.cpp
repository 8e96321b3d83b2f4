#include "plugin/extensions.hpp"

namespace banger::plugin {
namespace {

const banger_result* run(const banger_host*, banger_call* call, banger_str verb,
                         banger_str args) noexcept {
    return answer(call, "privileged.run", [&] {
        return call->plugin.services.privileged->run(
            copy(verb), copy(args), call->deadline, call->cancel_fd(),
            [call](const std::string& command, std::chrono::milliseconds time, bool ok) {
                call->link->privileged(command, time, ok);
            });
    });
}

const banger_result* readiness(const banger_host*, banger_call* call) noexcept {
    return answer(call, "privileged.readiness",
                  [&] { return call->plugin.services.privileged->readiness_json(); });
}

} // namespace

const banger_privileged_ops privileged_ops{sizeof(banger_privileged_ops), 0, run, readiness};

} // namespace banger::plugin
