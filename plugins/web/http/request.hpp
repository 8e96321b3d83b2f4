#pragma once

#include "params.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace web {

/// One request that the gate (gate/gate.hpp) has let through.
struct Request {
    std::string id;                ///< shown in error pages and written into the log
    std::string method;            ///< GET or POST; HEAD comes as GET, its body is not sent
    std::string target;            ///< as it came: what a form of the page may come back to
    std::string path;              ///< decoded, begins with '/'
    std::vector<std::string> args; ///< what stands for {..} of the route, in its order
    Params query, form;
    std::map<std::string, std::string> headers; ///< names in lower case
    std::string host;                           ///< "127.0.0.1:7777": one of the allowed ones
    std::uint32_t uid = 0;                      ///< of who asks

    [[nodiscard]] std::string header(const std::string& name) const {
        const auto found = headers.find(name);
        return found == headers.end() ? std::string() : found->second;
    }
    /// Wants only what is inside of <main>, to put it in place.
    [[nodiscard]] bool fragment() const { return header("x-banger-fragment") == "1"; }
    [[nodiscard]] bool wants_json() const { return header("accept") == "application/json"; }
};

} // namespace web
