#include "vm/kept_connection.hpp"

#include <fstream>
#include <sstream>
#include <string>

namespace banger::vm {

/// By /proc/net/unix (proc(5)): the master's own socket listens, and one more is connected for each
/// client. ssh makes it as PATH.RANDOM and renames it, so the kernel knows it by that name.
bool keeps_unused_connection(const std::filesystem::path& control_path) {
    static constexpr std::string_view unconnected = "01"; // SS_UNCONNECTED, as a listener is
    const std::string path = control_path.string();
    std::ifstream table("/proc/net/unix");
    bool listens = false;
    for (std::string line; std::getline(table, line);) {
        const std::size_t at = line.find(" " + path);
        const std::size_t end = at + 1 + path.size();
        if (at == std::string::npos || (end < line.size() && line[end] != '.')) {
            continue;
        }
        std::istringstream words(line);
        std::string number, references, protocol, flags, type, state;
        words >> number >> references >> protocol >> flags >> type >> state;
        if (state != unconnected) {
            return false;
        }
        listens = true;
    }
    return listens;
}

} // namespace banger::vm
