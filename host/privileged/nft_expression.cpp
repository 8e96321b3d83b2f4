#include "privileged/nft_expression.hpp"

#include "net/address.hpp"

#include <nlohmann/json.hpp>

namespace banger::privileged::nft {

using nlohmann::json;

json match(json left, json right, const char* op) {
    return {{"match", {{"op", op}, {"left", std::move(left)}, {"right", std::move(right)}}}};
}

json meta(std::string_view key) {
    return {{"meta", {{"key", key}}}};
}

json field(const char* protocol, const char* name) {
    return {{"payload", {{"protocol", protocol}, {"field", name}}}};
}

json ct(const char* key) {
    return {{"ct", {{"key", key}}}};
}

json concat(json parts) {
    return {{"concat", std::move(parts)}};
}

json any_of(json values) {
    return {{"set", std::move(values)}};
}

json network(const net::Subnet& subnet) {
    if (subnet.prefix == 32) {
        return subnet.network.text();
    }
    return {{"prefix", {{"addr", subnet.network.text()}, {"len", subnet.prefix}}}};
}

json to_this_machine() {
    return match({{"fib", {{"result", "type"}, {"flags", json::array({"daddr"})}}}}, "local");
}

json accept() {
    return {{"accept", nullptr}};
}

json drop() {
    return {{"drop", nullptr}};
}

json jump(const char* chain) {
    return {{"jump", {{"target", chain}}}};
}

} // namespace banger::privileged::nft
