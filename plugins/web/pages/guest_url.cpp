#include "guest_url.hpp"

#include "state/field.hpp"

#include <arpa/inet.h>

namespace web {

bool is_address(const std::string& text) {
    in_addr address{};
    return ::inet_pton(AF_INET, text.c_str(), &address) == 1 && text.find('\0') == text.npos;
}

std::string guest_url(const nlohmann::json& vm, bool https, std::uint64_t port) {
    const std::string address = field_text(vm, "ip");
    if (!is_address(address) || port == 0 || port > 65535) {
        return {};
    }
    const std::string url = (https ? "https://" : "http://") + address;
    return url + (port == (https ? 443U : 80U) ? "" : ":" + std::to_string(port)) + "/";
}

} // namespace web
