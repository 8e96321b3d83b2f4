#pragma once

#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace banger::net {
struct Subnet;
}

/// Expressions and statements of libnftables-json(5), of which rules are made. Pure.
namespace banger::privileged::nft {

[[nodiscard]] nlohmann::json match(nlohmann::json left, nlohmann::json right,
                                   const char* op = "==");
[[nodiscard]] nlohmann::json meta(std::string_view key);
/// "ip", "daddr"
[[nodiscard]] nlohmann::json field(const char* protocol, const char* name);
[[nodiscard]] nlohmann::json ct(const char* key);
[[nodiscard]] nlohmann::json concat(nlohmann::json parts);
[[nodiscard]] nlohmann::json any_of(nlohmann::json values);
[[nodiscard]] nlohmann::json network(const net::Subnet& subnet);
/// The packet is for an address of this machine.
[[nodiscard]] nlohmann::json to_this_machine();

[[nodiscard]] nlohmann::json accept();
[[nodiscard]] nlohmann::json drop();
[[nodiscard]] nlohmann::json jump(const char* chain);

} // namespace banger::privileged::nft
