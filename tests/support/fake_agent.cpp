#include "support/fake_agent.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <utility>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace banger::test {
namespace {

constexpr const char* stats =
    R"({"uptime_ms": 6120, "load": [0.1, 0.2, 0.3], "processes": 31, "logins": 1,
 "cpu": {"count": 2, "user_ms": 900, "system_ms": 700, "idle_ms": 9000, "iowait_ms": 20, "steal_ms": 0},
 "memory": {"total": 518000640, "available": 402000000, "cached": 60000000, "swap_total": 0, "swap_free": 0},
 "disks": [{"mount": "/", "fs": "overlay", "total": 8000000000, "used": 300000000, "available": 7200000000}],
 "network": [{"name": "eth0", "rx_bytes": 1000, "tx_bytes": 2000, "rx_packets": 10, "tx_packets": 20}]})";
constexpr const char* ports =
    R"({"ports": [{"address": "0.0.0.0", "port": 8000, "process": "python3", "pid": 412}]})";
constexpr const char* titles =
    R"({"ports": [{"address": "0.0.0.0", "port": 8000, "process": "python3", "pid": 412, "http": true,
 "title": "Directory listing"}]})";

std::int64_t now_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

std::string chunk(const std::string& bytes) {
    std::array<char, 32> size{};
    std::snprintf(size.data(), size.size(), "%zx\r\n", bytes.size());
    return size.data() + bytes + "\r\n";
}

std::string reply(const std::string& status, const std::string& body) {
    return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}

constexpr const char* chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

} // namespace

FakeAgent::FakeAgent(std::filesystem::path socket, Mood mood)
    : socket_(std::move(socket)),
      listener_(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)),
      woken_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      mood_(mood), answers_{{"GET /v1/stats", stats},
                            {"GET /v1/ports", ports},
                            {"GET /v1/ports?titles=1", titles}} {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, socket_.c_str(), sizeof address.sun_path - 1);
    if (::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener_.get(), 128) != 0) {
        throw std::runtime_error("fake agent: " + socket_.string());
    }
    thread_ = std::thread([this] { run(); });
}

FakeAgent::~FakeAgent() {
    {
        const std::lock_guard lock(mutex_);
        over_ = true;
    }
    wake();
    thread_.join();
    std::error_code ignored;
    std::filesystem::remove(socket_, ignored);
}

void FakeAgent::wake() const {
    (void)::eventfd_write(woken_.get(), 1);
}

void FakeAgent::set(Mood mood) {
    const std::lock_guard lock(mutex_);
    mood_ = mood;
    drop_ = true;
    wake();
}

void FakeAgent::set_ready(bool ready, const std::string& boot) {
    const std::lock_guard lock(mutex_);
    ready_ = ready;
    boot_ = boot;
}

void FakeAgent::set_boot(const std::string& boot_id) {
    const std::lock_guard lock(mutex_);
    boot_id_ = boot_id;
}

void FakeAgent::set_features(const std::string& features_json) {
    const std::lock_guard lock(mutex_);
    features_ = features_json;
}

void FakeAgent::answer(const std::string& request, std::string body) {
    const std::lock_guard lock(mutex_);
    answers_[request] = std::move(body);
}

void FakeAgent::accept(const std::string& request) {
    answer(request, {});
}

void FakeAgent::push(const std::string& event_json) {
    const std::lock_guard lock(mutex_);
    for (Stream& stream : streams_) {
        if (stream.follows) {
            stream.out += chunk(event_json + "\n");
        }
    }
    wake();
}

void FakeAgent::set_clock_off(std::chrono::milliseconds off) {
    const std::lock_guard lock(mutex_);
    off_ns_ = std::chrono::nanoseconds(off).count();
}

std::chrono::milliseconds FakeAgent::clock_off() const {
    const std::lock_guard lock(mutex_);
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::nanoseconds(off_ns_));
}

unsigned FakeAgent::asked(const std::string& request) const {
    const std::lock_guard lock(mutex_);
    const auto found = asked_.find(request);
    return found == asked_.end() ? 0 : found->second;
}

std::string FakeAgent::last_body(const std::string& request) const {
    const std::lock_guard lock(mutex_);
    const auto found = bodies_.find(request);
    return found == bodies_.end() ? std::string() : found->second;
}

unsigned FakeAgent::connections() const {
    const std::lock_guard lock(mutex_);
    return connections_;
}

std::size_t FakeAgent::followers() const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::count_if(
        streams_.begin(), streams_.end(), [](const Stream& stream) { return stream.follows; }));
}

void FakeAgent::run() {
    std::unique_lock lock(mutex_);
    while (!over_) {
        std::vector<pollfd> fds{{listener_.get(), POLLIN, 0}, {woken_.get(), POLLIN, 0}};
        for (const Stream& stream : streams_) {
            const bool writes = !stream.out.empty() || stream.floods;
            fds.push_back(
                {stream.fd.get(), static_cast<short>(writes ? POLLIN | POLLOUT : POLLIN), 0});
        }
        lock.unlock();
        (void)::poll(fds.data(), fds.size(), -1);
        lock.lock();
        eventfd_t count = 0;
        (void)::eventfd_read(woken_.get(), &count);
        if (std::exchange(drop_, false)) {
            streams_.clear();
        }
        for (Stream& stream : streams_) {
            serve(stream);
        }
        streams_.erase(std::remove_if(streams_.begin(), streams_.end(),
                                      [](const Stream& stream) { return !stream.fd; }),
                       streams_.end());
        for (;;) {
            os::UniqueFd fd(
                ::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
            if (!fd) {
                break;
            }
            ++connections_;
            if (mood_ != Mood::absent) {
                Stream stream;
                stream.fd = std::move(fd);
                streams_.push_back(std::move(stream));
            }
        }
    }
}

void FakeAgent::serve(Stream& stream) {
    std::array<char, 4096> buffer{};
    const ssize_t got = ::recv(stream.fd.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN)) {
        stream.fd.reset();
        return;
    }
    stream.in.append(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (!stream.shaken && mood_ != Mood::mute && stream.in.find('\n') != std::string::npos) {
        stream.shaken = stream.in.substr(0, stream.in.find('\n')) == "CONNECT 1024";
        stream.in.erase(0, stream.in.find('\n') + 1);
        stream.out += stream.shaken ? "OK 1073741824\n" : "";
        stream.ends = !stream.shaken;
    }
    while (stream.shaken && mood_ != Mood::stalled) {
        const std::size_t end = stream.in.find("\r\n\r\n");
        if (end == std::string::npos) {
            break;
        }
        const std::string head = stream.in.substr(0, end);
        const std::size_t length = head.find("Content-Length: ");
        const std::size_t size =
            length == std::string::npos ? 0 : std::stoul(head.substr(length + 16));
        if (stream.in.size() < end + 4 + size) {
            break;
        }
        const std::string body = stream.in.substr(end + 4, size);
        stream.in.erase(0, end + 4 + size);
        handle(stream, head.substr(0, head.find(" HTTP/1.1")), body);
    }
    if (stream.floods && stream.out.size() < 65536) {
        for (int i = 0; i < 1000; ++i) {
            stream.out += mood_ == Mood::wordy ? chunk(std::string(64, 'x'))
                          : mood_ == Mood::padded
                              ? "1;" + std::string(64, 'x') + "\r\n \r\n"
                              : chunk(R"({"event":"clock","uptime_ms":1,"off_ms":5000})"
                                      "\n");
        }
    }
    const ssize_t sent =
        ::send(stream.fd.get(), stream.out.data(), stream.out.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    stream.out.erase(0, static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
    if (stream.ends && stream.out.empty()) {
        stream.fd.reset();
    }
}

void FakeAgent::handle(Stream& stream, const std::string& request, const std::string& body) {
    ++asked_[request];
    bodies_[request] = body;
    if (mood_ == Mood::halved) {
        stream.out += "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"event\":";
        stream.ends = true;
    } else if (mood_ == Mood::huge) {
        stream.out += "HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n{";
    } else if (mood_ == Mood::headless) {
        stream.out += "HTTP/1.1 200 OK\r\n";
        for (int i = 0; i < 10000; ++i) {
            stream.out += "X-More: and more\r\n";
        }
    } else if (request == "GET /v1/events") {
        stream.follows = true;
        stream.floods = mood_ == Mood::flooding || mood_ == Mood::wordy || mood_ == Mood::padded;
        stream.out += chunked;
        if (mood_ != Mood::wordy) {
            stream.out +=
                chunk(R"({"event":"hello","uptime_ms":6120,"health":)" + health() + "}\n");
        }
    } else {
        stream.out += reply_to(request, body);
    }
}

std::string FakeAgent::reply_to(const std::string& request, const std::string& body) {
    if (request == "GET /v1/health") {
        return reply("200 OK", health());
    }
    if (request == "GET /v1/time") {
        return reply("200 OK", R"({"unix_ns":)" + std::to_string(now_ns() + off_ns_) + "}");
    }
    if (request == "PUT /v1/time") {
        const std::int64_t wanted = std::stoll(body.substr(body.find(':') + 1));
        const std::int64_t was = now_ns() + off_ns_ - wanted;
        off_ns_ = wanted - now_ns();
        return reply("200 OK",
                     R"({"was_off_ms":)" + std::to_string(was / 1000000) + R"(,"set":true})");
    }
    const auto found = answers_.find(request);
    if (found != answers_.end() && found->second.empty()) {
        return reply("202 Accepted", "{}");
    }
    return found != answers_.end()
               ? reply("200 OK", found->second)
               : reply("404 Not Found",
                       R"({"error":{"kind":"unsupported","message":"no such endpoint"}})");
}

std::string FakeAgent::health() {
    const std::string boot_id = boot_id_ == "*" ? std::to_string(++healths_) : boot_id_;
    return R"({"agent":{"version":"0.1.0","protocol":1,"features":)" + features_ +
           R"(,"running_ms":5210},"boot_id":")" + boot_id + R"(","uptime_ms":6120,"ready":)" +
           (ready_ ? "true" : "false") + R"(,"boot":")" + boot_ +
           R"(","failed_units":["x.service"]})";
}

} // namespace banger::test
