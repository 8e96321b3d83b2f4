#include "port_holder.hpp"

#include "gate/sock_diag.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>

namespace web {
namespace {

namespace fs = std::filesystem;

bool holds(const fs::path& process, const std::string& socket) {
    std::error_code denied; // of another user's process
    for (const auto& fd : fs::directory_iterator(process / "fd", denied)) {
        std::error_code gone;
        if (fs::read_symlink(fd.path(), gone) == socket) {
            return true;
        }
    }
    return false;
}

std::optional<std::string> process_with(std::uint32_t inode) {
    const std::string socket = "socket:[" + std::to_string(inode) + "]";
    std::error_code failed;
    for (const auto& process : fs::directory_iterator("/proc", failed)) {
        const std::string pid = process.path().filename();
        const bool is_pid =
            std::all_of(pid.begin(), pid.end(), [](char c) { return c >= '0' && c <= '9'; });
        if (is_pid && holds(process.path(), socket)) {
            std::string name;
            std::getline(std::ifstream(process.path() / "comm"), name);
            return (name.empty() ? "a program" : name) + " (pid " + pid + ")";
        }
    }
    return std::nullopt;
}

} // namespace

std::string holder_of_port(std::uint16_t port) {
    const auto socket = find_tcp_socket(port, 0);
    if (!socket) {
        return {};
    }
    return process_with(socket->inode).value_or("a program of uid " + std::to_string(socket->uid));
}

} // namespace web
