#pragma once

#include <string>

namespace banger::test::firecracker {

/// Of Firecracker's command line what a caller of ours may use.
struct Arguments {
    std::string id = "anonymous-instance";
    std::string api_socket = "/run/firecracker.socket";
    std::string log_path;
    std::string level = "Warn";
    std::string started; ///< what the jailer adds of times: not used
    bool version = false;
    std::string unexpected; ///< the first argument that is none
};

[[nodiscard]] Arguments parse_arguments(int argc, char** argv);

} // namespace banger::test::firecracker
