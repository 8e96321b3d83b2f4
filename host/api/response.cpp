#include "api/response.hpp"

#include <nlohmann/json.hpp>

namespace banger::api {
namespace {

constexpr const char* plain_text = "text/plain; charset=utf-8";

/// A byte that is no UTF-8 (from a guest's console, say) must not cost the whole answer.
std::string dump(const nlohmann::json& value) {
    return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Response streamed(std::string content_type, StreamHandler handler) {
    Response response;
    response.content_type = std::move(content_type);
    response.stream = std::move(handler);
    return response;
}

} // namespace

Response json_response(const nlohmann::json& value, int status) {
    Response response;
    response.status = status;
    response.body = dump(value) + "\n";
    return response;
}

Response text_response(std::string text) {
    Response response;
    response.content_type = plain_text;
    response.body = std::move(text);
    return response;
}

Response line_stream(StreamHandler handler) {
    return streamed("application/x-ndjson", std::move(handler));
}

Response text_stream(StreamHandler handler) {
    return streamed(plain_text, std::move(handler));
}

Response upgrade_response(std::string protocol, UpgradeHandler handler) {
    Response response;
    response.status = 101;
    response.protocol = std::move(protocol);
    response.upgrade = std::move(handler);
    return response;
}

std::string line_of(const nlohmann::json& value) {
    return dump(value) + "\n";
}

} // namespace banger::api
