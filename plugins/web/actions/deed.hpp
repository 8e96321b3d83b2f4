#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace web {

/// One change, as it is asked of the daemon.
struct Deed {
    std::string method, target;
    nlohmann::json body; ///< null: none
    std::string subject; ///< name of the VM or the image that it is about
};

} // namespace web
