#include "shell_socket.hpp"

#include "terminal/guest_frames.hpp"

#include <array>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include <nlohmann/json.hpp>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace web::test {
namespace {

using Clock = std::chrono::steady_clock;

bool ready(int fd, short what, Clock::time_point end) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
    pollfd entry{fd, what, 0};
    return ::poll(&entry, 1, static_cast<int>(std::max<long>(left, 0))) == 1;
}

bool send_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n <= 0) {
            return false;
        }
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

} // namespace

FakeProgram::FakeProgram(banger::os::UniqueFd fd, std::string request)
    : fd_(std::move(fd)), request_(std::move(request)) {}

bool FakeProgram::print(std::string_view bytes) {
    while (!bytes.empty()) {
        const std::string_view piece = bytes.substr(0, longest_frame);
        if (!send_all(fd_.get(), frame_text(FrameKind::output, piece))) {
            return false;
        }
        bytes.remove_prefix(piece.size());
    }
    return true;
}

bool FakeProgram::end(const std::string& json) {
    return send_all(fd_.get(), frame_text(FrameKind::end, json));
}

void FakeProgram::raw(std::string_view bytes) {
    send_all(fd_.get(), bytes);
}

FakeProgram::Read FakeProgram::read_frames(Clock::time_point end) {
    if (!ready(fd_.get(), POLLIN, end)) {
        return Read::late;
    }
    std::array<char, 65536> bytes{};
    const ssize_t n = ::recv(fd_.get(), bytes.data(), bytes.size(), 0);
    if (n <= 0) {
        return Read::ended;
    }
    held_.append(bytes.data(), static_cast<std::size_t>(n));
    while (held_.size() >= 8) {
        std::uint32_t size = 0;
        std::memcpy(&size, held_.data() + 4, sizeof size); // little endian, as our machines are
        if (held_.size() < 8U + size) {
            break;
        }
        const auto kind = static_cast<FrameKind>(held_[0]);
        const std::string payload = held_.substr(8, size);
        held_.erase(0, 8U + size);
        if (kind == FrameKind::input) {
            typed_ += payload;
        } else if (kind == FrameKind::size) {
            const auto said = nlohmann::json::parse(payload);
            size_ = said.at("rows").dump() + "x" + said.at("columns").dump();
        }
    }
    return Read::some;
}

std::string FakeProgram::typed_until(std::string_view wanted, Time time) {
    const auto end = Clock::now() + time;
    std::size_t at = 0;
    while ((at = typed_.find(wanted)) == std::string::npos) {
        if (read_frames(end) != Read::some) {
            return std::exchange(typed_, {});
        }
    }
    std::string text = typed_.substr(0, at + wanted.size());
    typed_.erase(0, text.size());
    return text;
}

std::string FakeProgram::typed(std::size_t bytes, Time time) {
    const auto end = Clock::now() + time;
    while (typed_.size() < bytes && read_frames(end) == Read::some) {
    }
    return std::exchange(typed_, {});
}

std::string FakeProgram::resized(Time time) {
    const auto end = Clock::now() + time;
    while (size_.empty() && read_frames(end) == Read::some) {
    }
    return std::exchange(size_, {});
}

bool FakeProgram::hung_up(Time time) {
    const auto end = Clock::now() + time;
    Read read = Read::some;
    while (read == Read::some) {
        read = read_frames(end);
    }
    return read == Read::ended;
}

ShellSocket::ShellSocket() : listener_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    std::string name = (std::filesystem::temp_directory_path() / "shells.XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
        throw std::runtime_error("no folder for a socket");
    }
    folder_ = name;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path().c_str(), sizeof address.sun_path - 1);
    if (::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener_.get(), 64) != 0) {
        throw std::runtime_error("no socket at " + path());
    }
}

ShellSocket::~ShellSocket() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

std::optional<ShellSocket::Asked> ShellSocket::accept(FakeProgram::Time time) {
    const auto end = Clock::now() + time;
    if (!ready(listener_.get(), POLLIN, end)) {
        return std::nullopt;
    }
    Asked asked{banger::os::UniqueFd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)),
                {}};
    std::array<char, 4096> bytes{};
    // Its body is one object of JSON, and the last thing that comes before our answer.
    while (asked.request.empty() || asked.request.back() != '}') {
        const ssize_t n = ready(asked.fd.get(), POLLIN, end)
                              ? ::recv(asked.fd.get(), bytes.data(), bytes.size(), 0)
                              : 0;
        if (n <= 0) {
            return std::nullopt;
        }
        asked.request.append(bytes.data(), static_cast<std::size_t>(n));
    }
    return asked;
}

std::unique_ptr<FakeProgram> ShellSocket::begin(FakeProgram::Time time) {
    auto asked = accept(time);
    if (!asked) {
        return nullptr;
    }
    send_all(asked->fd.get(), "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
                              "Upgrade: banger-exec/1\r\n\r\n");
    return std::make_unique<FakeProgram>(std::move(asked->fd), std::move(asked->request));
}

void ShellSocket::refuse(int status, const std::string& json) {
    const auto asked = accept(FakeProgram::Time(20000));
    if (asked) {
        send_all(asked->fd.get(),
                 "HTTP/1.1 " + std::to_string(status) +
                     " Refused\r\nContent-Type: application/json\r\nContent-Length: " +
                     std::to_string(json.size()) + "\r\n\r\n" + json);
    }
}

} // namespace web::test
