#include "vmm/socket_path.hpp"

#include "os/error.hpp"
#include "os/paths.hpp"

#include <string>

namespace banger::vmm {

void check_socket_path(const std::filesystem::path& path) {
    if (path.string().size() > os::max_socket_path) {
        throw os::Error(os::ErrorKind::invalid,
                        "socket path " + path.string() + " has " +
                            std::to_string(path.string().size()) + " bytes; a Unix socket takes " +
                            std::to_string(os::max_socket_path),
                        "set XDG_RUNTIME_DIR to a shorter folder");
    }
}

} // namespace banger::vmm
