#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace web {

class Feed;
struct ShellWish;

/// Who made the answer knows what it is; the connection adds the length and the security headers
/// (response_head.hpp).
struct Response {
    int status = 200;
    std::string content_type = "text/html; charset=utf-8";
    std::string body;
    /// Beyond those, or instead of the security header of that name.
    std::vector<std::pair<std::string, std::string>> headers;
    bool immutable = false;           ///< may be kept for ever by who asked
    std::string form_token, form_key; ///< that the forms of the page have
    std::shared_ptr<Feed> feed; ///< then the answer goes on: text/event-stream, no body of its own
    std::shared_ptr<const ShellWish> shell; ///< then it is an upgrade to a WebSocket, to that shell

    [[nodiscard]] static Response html(std::string body, int status = 200) {
        Response response;
        response.status = status;
        response.body = std::move(body);
        return response;
    }
    [[nodiscard]] static Response text(std::string body, int status = 200) {
        Response response = html(std::move(body), status);
        response.content_type = "text/plain; charset=utf-8";
        return response;
    }
    [[nodiscard]] static Response json(std::string body, int status = 200) {
        Response response = html(std::move(body), status);
        response.content_type = "application/json";
        return response;
    }
    /// 303: the browser gets that page, and Back does not post again.
    [[nodiscard]] static Response see(std::string_view path) {
        Response response;
        response.status = 303;
        response.headers.emplace_back("Location", path);
        return response;
    }
};

} // namespace web
