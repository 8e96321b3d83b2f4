#include "titles.hpp"

#include "words.hpp"

#include "guest/fd.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <memory>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

namespace agent {
namespace {

using Clock = std::chrono::steady_clock;
using banger::guest::Fd;

constexpr std::size_t longest_answer = 32U << 10U;
constexpr std::size_t longest_title = 200;
constexpr std::uint16_t ssh_port = 22; // it would log a client that speaks no SSH
constexpr std::string_view question =
    "GET / HTTP/1.1\r\nHost: localhost\r\nAccept: text/html,*/*\r\nConnection: close\r\n\r\n";

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

struct Entity {
    std::string_view name;
    std::string_view text;
};
constexpr std::array<Entity, 7> entities{{{"&amp;", "&"},
                                          {"&lt;", "<"},
                                          {"&gt;", ">"},
                                          {"&quot;", "\""},
                                          {"&#39;", "'"},
                                          {"&#x27;", "'"},
                                          {"&nbsp;", " "}}};

std::string readable(std::string_view html) {
    std::string out;
    while (!html.empty()) {
        const auto* entity = std::find_if(entities.begin(), entities.end(), [&](const Entity& one) {
            return html.starts_with(one.name);
        });
        const bool found = entity != entities.end();
        out += found ? entity->text : html.substr(0, 1);
        html.remove_prefix(found ? entity->name.size() : 1);
    }
    std::string line;
    for (const std::string_view word : words(out)) {
        line += (line.empty() ? "" : " ") + std::string(word);
    }
    return printable(line, longest_title);
}

/// One port while it is asked.
struct Asked {
    Fd fd;
    std::string_view unsent = question;
    std::string answer;
};

Fd connect_to(const OpenPort& port) {
    sockaddr_in v4{};
    sockaddr_in6 v6{};
    const bool is_v4 = ::inet_pton(AF_INET, port.address.c_str(), &v4.sin_addr) == 1;
    if (!is_v4 && ::inet_pton(AF_INET6, port.address.c_str(), &v6.sin6_addr) != 1) {
        return {};
    }
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port.port);
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port.port);
    if (v4.sin_addr.s_addr == INADDR_ANY) {
        v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    }
    if (IN6_IS_ADDR_UNSPECIFIED(&v6.sin6_addr)) {
        v6.sin6_addr = IN6ADDR_LOOPBACK_INIT;
    }
    Fd fd(::socket(is_v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const auto* address =
        is_v4 ? reinterpret_cast<const sockaddr*>(&v4) : reinterpret_cast<const sockaddr*>(&v6);
    if (fd && ::connect(fd.get(), address, is_v4 ? sizeof v4 : sizeof v6) != 0 &&
        errno != EINPROGRESS) {
        return {};
    }
    return fd;
}

/// Moves bytes; lets go of the socket when there is enough, or no more.
void move(Asked& asked) {
    if (!asked.unsent.empty()) {
        const ssize_t n =
            ::send(asked.fd.get(), asked.unsent.data(), asked.unsent.size(), MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN) {
            asked.fd = Fd();
            return;
        }
        asked.unsent.remove_prefix(n > 0 ? static_cast<std::size_t>(n) : 0);
        return;
    }
    std::array<char, 4096> buffer; // NOLINT: filled by recv()
    const ssize_t n = ::recv(asked.fd.get(), buffer.data(), buffer.size(), 0);
    if (n > 0) {
        asked.answer.append(buffer.data(), static_cast<std::size_t>(n));
    }
    const bool no_http = asked.answer.size() >= 5 && !asked.answer.starts_with("HTTP/");
    if ((n <= 0 && errno != EAGAIN) || n == 0 || no_http || asked.answer.size() >= longest_answer ||
        parse_title(asked.answer).text) {
        asked.fd = Fd();
    }
}

} // namespace

Title parse_title(std::string_view answer) {
    Title title;
    title.http = answer.starts_with("HTTP/1.");
    if (!title.http) {
        return title;
    }
    const std::string text = lower(answer);
    const auto begin = text.find("<title");
    const auto open = begin == std::string::npos ? begin : text.find('>', begin);
    const auto end = open == std::string::npos ? open : text.find("</title", open);
    if (end != std::string::npos) {
        std::string line = readable(answer.substr(open + 1, end - open - 1));
        if (!line.empty()) {
            title.text = std::move(line);
        }
    }
    return title;
}

std::vector<Title> ask_titles(const std::vector<OpenPort>& ports, std::chrono::milliseconds time) {
    const auto deadline = Clock::now() + time;
    std::vector<Asked> asked(ports.size());
    for (std::size_t i = 0; i < ports.size(); ++i) {
        if (ports[i].port != ssh_port) {
            asked[i].fd = connect_to(ports[i]);
        }
    }
    for (;;) {
        std::vector<pollfd> polled;
        std::vector<Asked*> whose;
        for (Asked& one : asked) {
            if (one.fd) {
                polled.push_back(
                    {one.fd.get(), static_cast<short>(one.unsent.empty() ? POLLIN : POLLOUT), 0});
                whose.push_back(&one);
            }
        }
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
        if (polled.empty() || left.count() <= 0 ||
            ::poll(polled.data(), polled.size(), static_cast<int>(left.count())) <= 0) {
            break;
        }
        for (std::size_t i = 0; i < polled.size(); ++i) {
            if (polled[i].revents != 0) {
                move(*whose[i]);
            }
        }
    }
    std::vector<Title> titles;
    for (const Asked& one : asked) {
        titles.push_back(parse_title(one.answer));
    }
    return titles;
}

} // namespace agent
