#include "exchange.hpp"

#include "guest_json.hpp"
#include "http_request.hpp"

#include <banger/cpp/error.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include <nlohmann/json.hpp>
#include <poll.h>
#include <sys/socket.h>

namespace vsock {
namespace {

using banger::Error;

/// What the agent takes (docs/guest-agent.md).
constexpr std::size_t longest_request = 64U * 1024;
constexpr std::string_view end_of_head = "\r\n\r\n";

constexpr const char* doctor = "banger doctor tells of agents";

/// What is no answer is none: the host goes another way.
void take(HttpReply& reply, std::string_view bytes, const std::string& vm) {
    try {
        (void)reply.feed(bytes);
    } catch (const Refused& refused) {
        throw broken_agent(vm, refused.what());
    }
}

/// What the agent said, for who asked for the program.
std::string refusal_of(const HttpReply& reply, const std::string& vm) {
    constexpr std::string_view no_user = "no such user: ";
    const std::string said = message_of_trouble(reply);
    if (said.rfind(no_user, 0) == 0) {
        return "VM " + vm + " has no user " + said.substr(no_user.size());
    }
    return "the agent of VM " + vm + " refuses: " + (said.empty() ? trouble_in(reply) : said);
}

/// Of a request that the agent refuses: whether the host may go another way.
banger_status status_of(const HttpReply& reply) {
    const std::string kind = kind_of_trouble(reply);
    return kind == "invalid" || kind == "too_large" ? BANGER_E_INVALID
           : kind == "not_found"                    ? BANGER_E_NOT_FOUND
           : kind == "failed"                       ? BANGER_E_INTERNAL
                                                    : BANGER_E_UNAVAILABLE;
}

} // namespace

Error silent_agent(const std::string& vm, std::chrono::milliseconds limit) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(limit).count();
    return Error(BANGER_E_UNAVAILABLE,
                 "the agent of VM " + vm + " did not answer within " + std::to_string(seconds) +
                     " s",
                 doctor);
}

Error broken_agent(const std::string& vm, const std::string& what) {
    return Error(BANGER_E_UNAVAILABLE, "the agent of VM " + vm + ": " + what, doctor);
}

Exchange::Exchange(std::string vm, Descriptor stream, std::chrono::milliseconds limit,
                   int cancel_fd)
    : vm_(std::move(vm)), stream_(std::move(stream)), limit_(limit),
      deadline_(std::chrono::steady_clock::now() + limit), cancel_fd_(cancel_fd) {}

void Exchange::wait(short events) {
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(
            deadline_ - std::chrono::steady_clock::now());
        if (left.count() <= 0) {
            throw silent_agent(vm_, limit_);
        }
        std::array<pollfd, 2> fds{pollfd{stream_.fd(), events, 0}, pollfd{cancel_fd_, POLLIN, 0}};
        const int ready = ::poll(fds.data(), fds.size(), static_cast<int>(left.count()));
        if (ready < 0 && errno != EINTR) {
            throw broken_agent(vm_, std::generic_category().message(errno));
        }
        if (fds[1].revents != 0) {
            throw Error(BANGER_E_CANCELLED, "cancelled");
        }
        if (fds[0].revents != 0) {
            return;
        }
    }
}

void Exchange::send(std::string_view request) {
    while (!request.empty()) {
        const ssize_t sent =
            ::send(stream_.fd(), request.data(), request.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0) {
            request.remove_prefix(static_cast<std::size_t>(sent));
        } else if (errno == EAGAIN) {
            wait(POLLOUT);
        } else if (errno != EINTR) {
            throw broken_agent(vm_, std::generic_category().message(errno));
        }
    }
}

std::size_t Exchange::receive(char* buffer, std::size_t size) {
    for (;;) {
        wait(POLLIN);
        const ssize_t got = ::recv(stream_.fd(), buffer, size, MSG_DONTWAIT);
        if (got > 0) {
            return static_cast<std::size_t>(got);
        }
        if (got == 0) {
            throw broken_agent(vm_, "it ended the stream");
        }
        if (errno != EAGAIN && errno != EINTR) {
            throw broken_agent(vm_, std::generic_category().message(errno));
        }
    }
}

std::unique_ptr<HttpReply> Exchange::read_reply() {
    auto reply = std::make_unique<HttpReply>();
    read_rest(*reply);
    return reply;
}

void Exchange::read_rest(HttpReply& reply) {
    std::array<char, 4096> buffer; // NOLINT(cppcoreguidelines-pro-type-member-init): read into
    while (!reply.done()) {
        take(reply, {buffer.data(), receive(buffer.data(), buffer.size())}, vm_);
    }
}

std::unique_ptr<HttpReply> Exchange::read_head() {
    std::string head;
    while (head.size() < end_of_head.size() ||
           head.compare(head.size() - end_of_head.size(), end_of_head.size(), end_of_head) != 0) {
        char byte = 0;
        (void)receive(&byte, 1);
        head += byte;
        if (head.size() > most_head) {
            throw broken_agent(vm_, "a head of more than " + std::to_string(most_head) + " bytes");
        }
    }
    auto reply = std::make_unique<HttpReply>();
    take(*reply, head, vm_);
    return reply;
}

void ask_power(Exchange& exchange, std::string_view action, std::string_view reason) {
    const nlohmann::json body{{"action", action}, {"reason", reason}};
    exchange.send(http_request(
        "POST", "/v1/power", body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)));
    const auto reply = exchange.read_reply();
    if (reply->status() != 202) {
        throw broken_agent(exchange.vm(), trouble_in(*reply));
    }
}

int start_program(Exchange& exchange, std::string_view request_json) {
    if (request_json.size() > longest_request) {
        throw Error(BANGER_E_INVALID, "the program's arguments and environment are longer than " +
                                          std::to_string(longest_request) + " bytes");
    }
    exchange.send(http_request("POST", "/v1/exec", request_json,
                               "Connection: Upgrade\r\nUpgrade: banger-exec/1\r\n"));
    const auto reply = exchange.read_head();
    if (reply->status() == 101) {
        return exchange.release();
    }
    exchange.read_rest(*reply);
    throw Error(status_of(*reply), refusal_of(*reply, exchange.vm()));
}

} // namespace vsock
