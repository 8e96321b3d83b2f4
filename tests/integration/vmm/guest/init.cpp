// The whole user space of the test guest: loads the modules it is given, then does what test=MODE
// on the kernel command line says.

#include "channel/guest_mux.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <linux/input.h>
#include <poll.h>
#include <sys/mount.h>
#include <sys/random.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

using banger::channel::GuestMux;
using banger::channel::StreamHandler;
using banger::channel::StreamId;

std::string read_all(const std::string& path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

std::vector<std::string> sorted_names(const char* folder) {
    std::vector<std::string> names;
    if (DIR* dir = ::opendir(folder); dir != nullptr) {
        while (const dirent* entry = ::readdir(dir)) {
            if (entry->d_name[0] != '.') {
                names.emplace_back(entry->d_name);
            }
        }
        ::closedir(dir);
    }
    std::sort(names.begin(), names.end());
    return names;
}

void load_modules() {
    for (const std::string& name : sorted_names("/modules")) {
        const int fd = ::open(("/modules/" + name).c_str(), O_RDONLY | O_CLOEXEC);
        if (::syscall(SYS_finit_module, fd, "", 0) != 0) {
            std::printf("GUEST module %s: %s\n", name.c_str(), std::strerror(errno));
        }
        ::close(fd);
    }
}

std::string mode() {
    std::istringstream words(read_all("/proc/cmdline"));
    for (std::string word; words >> word;) {
        if (word.rfind("test=", 0) == 0) {
            return word.substr(5);
        }
    }
    return "idle";
}

/// Opens a device that appears while modules still probe.
int open_device(const std::string& path) {
    for (int tries = 0; tries < 500; ++tries) {
        const int fd = ::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
        if (fd >= 0) {
            return fd;
        }
        ::usleep(10000);
    }
    std::printf("GUEST no %s\n", path.c_str());
    return -1;
}

/// Echoes on port 1 until the power button is pressed.
class Agent {
  public:
    Agent() : mux_(session()) {
        mux_.listen(1, [this](StreamId id) {
            StreamHandler handler;
            handler.data = [this, id](std::string_view bytes) {
                back_[id] += bytes;
                push(id);
            };
            handler.writable = [this, id] { push(id); };
            handler.finished = [this, id] {
                ended_[id] = true;
                push(id);
            };
            handler.closed = [this, id] { back_.erase(id); };
            return handler;
        });
        mux_.greet();
    }

    void run() {
        const int port = open_device("/dev/vport0p1");
        const int button = open_device("/dev/input/event0");
        std::puts("GUEST READY");
        std::array<char, 16384> buffer{};
        for (;;) {
            const short wanted = mux_.pending().empty() ? POLLIN : POLLIN | POLLOUT;
            std::array<pollfd, 2> entries{{{port, wanted, 0}, {button, POLLIN, 0}}};
            ::poll(entries.data(), entries.size(), -1);
            if ((entries[0].revents & POLLIN) != 0) {
                const ssize_t n = ::read(port, buffer.data(), buffer.size());
                if (n > 0) {
                    mux_.feed({buffer.data(), static_cast<std::size_t>(n)});
                }
            }
            if (!mux_.pending().empty()) {
                const ssize_t n = ::write(port, mux_.pending().data(), mux_.pending().size());
                mux_.sent(n > 0 ? static_cast<std::size_t>(n) : 0);
            }
            input_event event{};
            if ((entries[1].revents & POLLIN) != 0 &&
                ::read(button, &event, sizeof event) == sizeof event && event.code == KEY_POWER) {
                std::puts("GUEST button");
                return;
            }
        }
    }

  private:
    static std::uint64_t session() {
        std::uint64_t value = 0;
        (void)!::getrandom(&value, sizeof value, 0);
        return value | 1U;
    }
    void push(StreamId id) {
        const std::size_t n = mux_.write(id, back_[id]);
        back_[id].erase(0, n);
        mux_.consumed(id, n);
        if (ended_[id] && back_[id].empty()) {
            mux_.finish(id);
        }
    }

    GuestMux mux_;
    std::map<StreamId, std::string> back_;
    std::map<StreamId, bool> ended_;
};

void show_disks() {
    for (const std::string& disk : sorted_names("/sys/block")) {
        if (disk.rfind("vd", 0) == 0) {
            const std::string sys = "/sys/block/" + disk;
            std::string size = read_all(sys + "/size");
            size = size.substr(0, size.find('\n'));
            const std::string read_only = read_all(sys + "/ro").substr(0, 1);
            std::printf("GUEST disk %s size=%s ro=%s\n", read_all(sys + "/serial").c_str(),
                        size.c_str(), read_only.c_str());
        }
    }
}

void show_nics() {
    for (const std::string& nic : sorted_names("/sys/class/net")) {
        std::string address = read_all("/sys/class/net/" + nic + "/address");
        address = address.substr(0, address.find('\n'));
        std::printf("GUEST nic %s mtu=%s", address.c_str(),
                    read_all("/sys/class/net/" + nic + "/mtu").c_str());
    }
}

} // namespace

int main() {
    ::mount("proc", "/proc", "proc", 0, nullptr);
    ::mount("sysfs", "/sys", "sysfs", 0, nullptr);
    ::mount("devtmpfs", "/dev", "devtmpfs", 0, nullptr);
    const int console = ::open("/dev/console", O_RDWR);
    for (int fd = 0; fd < 3; ++fd) {
        ::dup2(console, fd);
    }
    ::setvbuf(stdout, nullptr, _IOLBF, 0);
    load_modules();
    const std::string wanted = mode();
    std::printf("GUEST mode %s\n", wanted.c_str());
    if (wanted == "agent") {
        Agent().run();
    } else if (wanted == "disks") {
        ::usleep(300000); // probing goes on after the module is in
        show_disks();
    } else if (wanted == "nics") {
        ::usleep(300000);
        show_nics();
        std::puts("GUEST READY");
        for (;;) {
            ::pause();
        }
    } else if (wanted == "flood") {
        const std::string line(200, 'x');
        for (;;) {
            std::puts(line.c_str());
        }
    } else if (wanted == "panic") {
        return 1; // the kernel panics when init ends
    } else if (wanted == "idle") {
        std::puts("GUEST READY");
        for (;;) {
            ::pause();
        }
    }
    ::reboot(wanted == "reboot" ? RB_AUTOBOOT : RB_POWER_OFF);
}
