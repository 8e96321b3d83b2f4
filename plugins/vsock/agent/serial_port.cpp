#include "serial_port.hpp"

#include "proc_file.hpp"

#include "guest/failure.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/inotify.h>

namespace agent {
namespace {

constexpr const char* port_name = "banger.agent.0";
constexpr int most_tries = 50;
constexpr std::chrono::milliseconds between_tries{20};

/// Takes the news of /dev; true when a virtio-serial port is among them.
bool new_port(const Fd& changes) {
    bool found = false;
    alignas(inotify_event) std::array<char, 4096> buffer; // NOLINT: filled by read()
    for (;;) {
        const ssize_t n = ::read(changes.get(), buffer.data(), buffer.size());
        if (n <= 0) {
            return found;
        }
        for (std::size_t at = 0; at < static_cast<std::size_t>(n);) {
            const auto* event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
            found = found || (event->len > 0 && std::string_view(event->name).starts_with("vport"));
            at += sizeof *event + event->len;
        }
    }
}

} // namespace

std::optional<std::string> find_port(const std::string& name, const std::string& sys,
                                     const std::string& dev) {
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(sys.c_str()), ::closedir);
    while (folder != nullptr) {
        const dirent* entry = ::readdir(folder.get());
        if (entry == nullptr) {
            break;
        }
        const std::string device = entry->d_name;
        if (device[0] != '.' && read_proc(sys + "/" + device + "/name") == name + "\n") {
            return dev + "/" + device;
        }
    }
    return std::nullopt;
}

SerialPort::SerialPort(Loop& loop, const Answerer& answerer, Seats& seats)
    : loop_(loop), answerer_(answerer), seats_(seats), tries_(most_tries) {
    look();
}

void SerialPort::look() {
    if (const auto device = find_port(port_name)) {
        Fd fd(::open(device->c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
        if (fd) {
            watching_.drop();
            later_.drop();
            changes_ = Fd();
            channel_ = std::make_unique<Multiplexed>(loop_, std::move(fd), answerer_, seats_,
                                                     [this] { look_again(); });
            std::fprintf(stderr, "listening on %s\n", device->c_str());
            return;
        }
        std::fprintf(stderr, "open %s: %s\n", device->c_str(), std::strerror(errno));
    }
    if (!changes_) {
        changes_ = Fd(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
        if (!changes_ || ::inotify_add_watch(changes_.get(), "/dev", IN_CREATE | IN_ATTRIB) < 0) {
            banger::guest::fail_errno("watch /dev");
        }
        watching_ = loop_.watch(changes_.get(), EPOLLIN, [this](std::uint32_t) {
            if (new_port(changes_)) {
                tries_ = most_tries;
                look();
            }
        });
    }
    if (tries_ > 0) {
        --tries_;
        later_ = loop_.after(between_tries, [this] { look(); });
    }
}

void SerialPort::look_again() {
    std::fprintf(stderr, "the port failed\n");
    later_ = loop_.after(between_tries, [this] {
        channel_.reset();
        tries_ = most_tries;
        look();
    });
}

} // namespace agent
