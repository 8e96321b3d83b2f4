#include "plugin/background.hpp"
#include "plugin/extensions.hpp"

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

const banger_response* request(const banger_host*, banger_call* call, banger_str method,
                               banger_str target, banger_str body) noexcept {
    if (!usable(call, "api.request")) {
        return &misused;
    }
    try {
        auto kept = std::make_unique<Kept<banger_response>>();
        kept->raw.struct_size = sizeof(banger_response);
        try {
            ApiAnswer answer = call->plugin.services.api->request(
                copy(method), copy(target), copy(body), call->deadline, call->cancel_fd());
            kept->raw.http_status = answer.status;
            kept->first = std::move(answer.content_type);
            kept->second = std::move(answer.body);
        } catch (...) {
            record_failure(call);
            kept->first = "application/json";
            kept->second = problem(call->recorded);
        }
        kept->raw.content_type = str(kept->first);
        kept->raw.body = str(kept->second);
        return &call->keep(std::move(kept)).raw;
    } catch (...) { // out of memory
        return &misused;
    }
}

uint64_t follow(const banger_host* host, banger_str target, banger_line_fn fn,
                void* context) noexcept {
    try {
        return fn ? HostView::plugin_of(host).background().follow(copy(target), fn, context) : 0;
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
