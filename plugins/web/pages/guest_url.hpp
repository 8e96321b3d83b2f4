#pragma once

#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

namespace web {

/// Links into guests lead to the VM's own address, by http or https, and nowhere else, whatever a
/// guest says of itself. "" where the VM has no address or there is no such port.
[[nodiscard]] std::string guest_url(const nlohmann::json& vm, bool https, std::uint64_t port);

/// Is it "192.0.2.7"?
[[nodiscard]] bool is_address(const std::string& text);

} // namespace web
