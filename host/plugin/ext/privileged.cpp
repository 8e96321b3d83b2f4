#include "os/utf8.hpp"
#include "plugin/extensions.hpp"
#include "plugin/limits.hpp"

namespace banger::plugin {
namespace {

const banger_result* run(const banger_host*, banger_call* call, banger_str verb,
                         banger_str args) noexcept {
    return answer(call, "privileged.run", [&](Call& of) {
        const std::string name = limits::taken("privileged: a verb", verb, limits::privileged_verb);
        const std::string text =
            limits::taken("privileged: the argument object", args, limits::privileged_args);
        return of.plugin.services.privileged->run(
            name, text, of.deadline, of.cancel_fd(),
            [&of](const std::string& command, std::chrono::milliseconds time, bool ok) {
                of.link->privileged(os::one_line(command, limits::log_line), time, ok);
            });
    });
}

const banger_result* readiness(const banger_host*, banger_call* call) noexcept {
    return answer(call, "privileged.readiness",
                  [](Call& of) { return of.plugin.services.privileged->readiness_json(); });
}

} // namespace

const banger_privileged_ops privileged_ops{sizeof(banger_privileged_ops), 0, run, readiness};

} // namespace banger::plugin
