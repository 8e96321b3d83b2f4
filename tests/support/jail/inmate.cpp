// A program in Firecracker's place in a jail: it does what lines on its standard input say, and
// answers each with one line.

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>

#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace fs = std::filesystem;

namespace {

std::string result(bool good) {
    return good ? "ok" : std::strerror(errno);
}

std::string list(const std::string& folder) {
    std::string names;
    for (const auto& entry : fs::directory_iterator(folder)) {
        names += entry.path().filename().string() + " ";
    }
    return names;
}

std::string read(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    char text[4096] = {};
    const ssize_t n = fd < 0 ? -1 : ::read(fd, text, sizeof text - 1);
    return n < 0 ? result(false) : std::string(text, static_cast<std::size_t>(n));
}

std::string write(const std::string& path, const std::string& text) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    return result(fd >= 0 && ::write(fd, text.data(), text.size()) > 0);
}

std::string listen(const std::string& path) {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    const auto* name = reinterpret_cast<const sockaddr*>(&address);
    return result(::bind(fd, name, sizeof address) == 0 && ::listen(fd, 4) == 0);
}

std::string open_tap(const std::string& name) {
    const int fd = ::open("/dev/net/tun", O_RDWR | O_CLOEXEC);
    ifreq request{};
    name.copy(request.ifr_name, IFNAMSIZ - 1);
    request.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR;
    return result(fd >= 0 && ::ioctl(fd, TUNSETIFF, &request) == 0);
}

} // namespace

int main(int argc, char** argv) {
    std::string line;
    while (std::getline(std::cin, line)) {
        std::istringstream words(line);
        std::string verb;
        std::string first;
        std::string second;
        words >> verb >> first >> second;
        std::string answer = "what is " + verb + "?";
        if (verb == "who") {
            answer = std::to_string(::getuid()) + " " + std::to_string(::getgid()) + " " +
                     std::to_string(::getgroups(0, nullptr)) + " " + std::to_string(::getpid()) +
                     " " + fs::current_path().string();
        } else if (verb == "arguments") {
            answer.clear();
            for (int i = 1; i < argc; ++i) {
                answer += std::string(argv[i]) + " ";
            }
        } else if (verb == "list") {
            answer = list(first);
        } else if (verb == "read") {
            answer = read(first);
        } else if (verb == "write") {
            answer = write(first, second);
        } else if (verb == "chmod") {
            answer = result(::chmod(first.c_str(), 04755) == 0);
        } else if (verb == "listen") {
            answer = listen(first);
        } else if (verb == "tap") {
            answer = open_tap(first);
        } else if (verb == "cgroup") {
            answer = read("/proc/self/cgroup");
            std::replace(answer.begin(), answer.end(), '\n', ' ');
        } else if (verb == "fork") { // one that nothing but the end of its namespace ends
            if (::fork() == 0) {
                ::setsid();
                for (;;) {
                    ::pause();
                }
            }
            answer = "ok";
        } else if (verb == "exit") {
            return std::stoi(first);
        } else if (verb == "signal") {
            ::raise(std::stoi(first));
        }
        answer.erase(std::min(answer.find('\n'), answer.size()));
        std::cout << answer << std::endl; // NOLINT(performance-avoid-endl): the other end waits
    }
    for (;;) {
        ::pause();
    }
}
