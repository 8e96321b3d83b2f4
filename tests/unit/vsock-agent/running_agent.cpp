#include "running_agent.hpp"

#include <array>
#include <cctype>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace agent {
namespace {

Settings settings_for(const banger::os::TemporaryDir& dir, const std::string& name,
                      std::uint16_t ssh_port) {
    RunningAgent::times_set.clear();
    return {.state_folder = dir.path() / "state",
            .booted_name = name,
            .ssh_port = ssh_port,
            .set_wall_clock = [](std::int64_t unix_ns) {
                RunningAgent::times_set.push_back(unix_ns);
                return true;
            }};
}

} // namespace

RunningAgent::RunningAgent(std::uint16_t ssh_port, const std::string& key)
    : name("bgr-test" + dir.path().string()), agent(loop, settings_for(dir, name, ssh_port)),
      path(dir.path() / "s"),
      server(loop, listen_unix(path), agent.answerer(), agent.connections(), key) {
    ::signal(SIGPIPE, SIG_IGN); // as the program does
}

bool RunningAgent::until(const std::function<bool()>& reached, std::chrono::milliseconds time) {
    const auto deadline = std::chrono::steady_clock::now() + time;
    while (!reached()) {
        if (std::chrono::steady_clock::now() > deadline) {
            return false;
        }
        loop.step(std::chrono::milliseconds{5});
    }
    return true;
}

void RunningAgent::run_for(std::chrono::milliseconds time) {
    (void)until([] { return false; }, time);
}

Client::Client(RunningAgent& agent)
    : agent_(agent), fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, agent.path.data(), agent.path.size());
    if (::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::fcntl(fd_.get(), F_SETFL, O_NONBLOCK) != 0) {
        throw std::runtime_error("no connection to the agent");
    }
}

bool Client::try_send(std::string_view& bytes) {
    const ssize_t n = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n > 0) {
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return n > 0;
}

void Client::send(std::string_view bytes) {
    const bool done = agent_.until([&] {
        while (!bytes.empty() && try_send(bytes)) {
        }
        receive();
        return bytes.empty() || ended_;
    });
    if (!done) {
        throw std::runtime_error("the agent takes no more");
    }
}

void Client::receive() {
    std::array<char, 65536> buffer; // NOLINT: filled by recv()
    while (reads_ && !ended_) {
        const ssize_t n = ::recv(fd_.get(), buffer.data(), buffer.size(), 0);
        if (n > 0) {
            held_.append(buffer.data(), static_cast<std::size_t>(n));
        } else {
            ended_ = n == 0 || (errno != EAGAIN && errno != EINTR);
            return;
        }
    }
}

std::string Client::take(std::size_t count) {
    if (!agent_.until([&] {
            receive();
            return held_.size() >= count || ended_;
        }) ||
        held_.size() < count) {
        throw std::runtime_error("the answer is too short: " + held_);
    }
    std::string out = held_.substr(0, count);
    held_.erase(0, count);
    return out;
}

std::string Client::line() {
    std::string out;
    while (out.empty() || out.back() != '\n') {
        out += take(1);
    }
    out.pop_back();
    return out;
}

bool Client::ended() {
    return agent_.until([&] {
        receive();
        return ended_;
    });
}

Response Client::head() {
    Response response;
    response.status = std::atoi(line().substr(9, 3).c_str());
    for (std::string text = line(); text != "\r"; text = line()) {
        const auto colon = text.find(':');
        std::string key = text.substr(0, colon);
        for (char& c : key) {
            c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        }
        response.headers[key] = text.substr(colon + 2, text.size() - colon - 3);
    }
    return response;
}

Response Client::response() {
    Response response = head();
    if (response.headers.count("content-length") != 0) {
        response.body = take(std::stoul(response.headers["content-length"]));
        return response;
    }
    for (;;) {
        const std::size_t size = std::stoul(line(), nullptr, 16);
        response.body += take(size);
        (void)take(2);
        if (size == 0) {
            return response;
        }
    }
}

void Client::finish() const {
    ::shutdown(fd_.get(), SHUT_WR);
}

std::string request(const std::string& method, const std::string& target, std::string_view body,
                    const std::string& headers) {
    return method + " " + target +
           " HTTP/1.1\r\nHost: guest\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           headers + "\r\n" + std::string(body);
}

Response Client::ask(const std::string& method, const std::string& target, std::string_view body,
                     const std::string& headers) {
    send(request(method, target, body, headers));
    return response();
}

} // namespace agent
