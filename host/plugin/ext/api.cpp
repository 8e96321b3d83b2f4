#include "plugin/background.hpp"
#include "plugin/extensions.hpp"
#include "plugin/limits.hpp"

#include <charconv>

#include <nlohmann/json.hpp>

namespace banger::plugin {
namespace {

constexpr banger_response misused{
    .struct_size = sizeof(banger_response),
    .http_status = 0,
    .content_type = {"", 0},
    .body = {"", 0},
};

/// The same document as the API gives for a failed request.
std::string problem(const Failure& failure) {
    return nlohmann::json{{"error",
                           {{"kind", std::string(os::to_string(kind_of(failure.status)))},
                            {"message", failure.message},
                            {"hint", failure.hint}}}}
        .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// An answer that no call keeps.
class Standing {
  public:
    Standing(std::string_view message, std::string_view hint)
        : body_(problem({BANGER_E_UNAVAILABLE, std::string(message), std::string(hint)})),
          raw_{.struct_size = sizeof(banger_response),
               .http_status = 0,
               .content_type = str(type_),
               .body = str(body_)} {}
    Standing(const Standing&) = delete;
    Standing& operator=(const Standing&) = delete;
    ~Standing() = default;
    [[nodiscard]] const banger_response* raw() const noexcept { return &raw_; }

  private:
    std::string type_ = "application/json";
    std::string body_;
    banger_response raw_;
};

/// What a full call gets.
const banger_response* full() {
    static const Standing response(full_message, full_hint);
    return response.raw();
}

/// What one gets when the host's services are gone. Never freed: threads may outlive main().
const banger_response* gone() {
    static const Standing& response = *new Standing(gone_message, gone_hint);
    return response.raw();
}

constexpr int busy_status = 409;

std::string decoded(std::string_view part) {
    std::string text;
    for (std::size_t i = 0; i < part.size(); ++i) {
        unsigned byte = 0;
        const char* const digits = part.data() + i + 1;
        if (part[i] == '%' && i + 2 < part.size() &&
            std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
            text += static_cast<char>(byte);
            i += 2;
        } else {
            text += part[i];
        }
    }
    return text;
}

/// The name or id in "/v1/vms/NAME[/...][?...]"; empty when the target is something else.
std::string vm_of(std::string_view target) {
    constexpr std::string_view vms = "/v1/vms/";
    if (!target.starts_with(vms)) {
        return {};
    }
    target.remove_prefix(vms.size());
    return decoded(target.substr(0, target.find_first_of("/?#")));
}

/// The VM that a hook is about is being changed already, by who waits for that hook.
void refuse_own_vm(const CallSite& site, const std::string& method, std::string_view target) {
    const std::string vm = vm_of(target);
    if (vm.empty() || site.vm_id.empty() || method == "GET" || method == "HEAD" ||
        (vm != site.vm_id && vm != site.vm_name)) {
        return;
    }
    throw os::Error(os::ErrorKind::busy,
                    "VM " + site.vm_name + " is busy: " + site.hook +
                        " of it is running, and asked for " + method + " " + std::string(target),
                    "change it when the hook has returned, from a timer or a thread");
}

const banger_response* request(const banger_host*, banger_call* handle, banger_str method,
                               banger_str target, banger_str body) noexcept {
    const Using call(handle, "api.request");
    try {
        if (!call) {
            return call.gone() ? gone() : &misused;
        }
        if (call->full()) {
            record_full(*call);
            return full();
        }
        auto kept = std::make_unique<Kept<banger_response>>();
        kept->raw.struct_size = sizeof(banger_response);
        try {
            const std::string verb = limits::taken("api: a method", method, limits::api_method);
            const std::string path = limits::taken("api: a target", target, limits::api_target);
            const std::string text = limits::taken("api: a body", body, limits::api_body);
            refuse_own_vm(call->site, verb, path);
            ApiAnswer answer = call->plugin.services.api->request(
                call->plugin.id(), verb, path, text, call->deadline, call->cancel_fd());
            kept->raw.http_status = answer.status;
            kept->first = std::move(answer.content_type);
            kept->second = std::move(answer.body);
        } catch (...) {
            const banger_status status = record_failure(*call);
            kept->raw.http_status = status == BANGER_E_BUSY ? busy_status : 0;
            kept->first = "application/json";
            kept->second = problem(call->recorded);
        }
        kept->raw.content_type = str(kept->first);
        kept->raw.body = str(kept->second);
        return keep(*call, std::move(kept));
    } catch (...) { // out of memory
        return &misused;
    }
}

uint64_t follow(const banger_host* host, banger_str target, banger_line_fn fn,
                void* context) noexcept {
    try {
        const Visit plugin(host);
        const std::string path = limits::taken("api: a target", target, limits::api_target);
        return fn && plugin ? plugin->background().follow(path, fn, context) : 0;
    } catch (...) { // no memory or threads, or nothing to follow there
        return 0;
    }
}

void unfollow(const banger_host* host, uint64_t id) noexcept {
    HostView::plugin_of(host).background().cancel(id);
}

} // namespace

const banger_api_ops api_ops{sizeof(banger_api_ops), 0, request, follow, unfollow};

} // namespace banger::plugin
