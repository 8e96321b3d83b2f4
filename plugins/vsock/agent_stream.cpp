#include "agent_stream.hpp"

#include "guest_json.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace vsock {
namespace {

using std::chrono::milliseconds;

/// The agent takes a connection at once, or is not there.
constexpr milliseconds handshake_limit{2000};

std::string trouble(const std::string& what) {
    return what + ": " + std::generic_category().message(errno);
}

} // namespace

AgentStream::AgentStream(Poller& poller, const std::string& socket, std::function<void()> opened,
                         Closed closed)
    : poller_(poller), opened_(std::move(opened)), closed_(std::move(closed)) {
    connect(socket);
    if (!fd_) {
        deadline_ = poller_.after(milliseconds(0), [this] { end(problem_); });
        return;
    }
    poller_.add(fd_.fd(), EPOLLIN, [this](std::uint32_t events) { on_ready(events); });
    limit_to(handshake_limit, "nothing answers on the agent's port");
    send(Handshake::request(agent_port));
}

AgentStream::~AgentStream() {
    poller_.cancel(deadline_);
    if (fd_) {
        poller_.remove(fd_.fd());
    }
}

/// A Unix socket connects at once or not at all (unix(7)): a full backlog is EAGAIN.
void AgentStream::connect(const std::string& socket) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (socket.size() >= sizeof address.sun_path) {
        problem_ = socket + ": the path is too long for a socket";
        return;
    }
    std::memcpy(address.sun_path, socket.c_str(), socket.size());
    Descriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!fd) {
        problem_ = trouble("socket");
    } else if (::connect(fd.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address) !=
               0) {
        problem_ = trouble(socket);
    } else {
        fd_ = std::move(fd);
    }
}

void AgentStream::ask(const std::string& request, milliseconds limit, Answered answered) {
    begin(request, limit, std::make_unique<HttpReply>(), std::move(answered));
}

void AgentStream::follow(const std::string& request, milliseconds limit, HttpReply::Sink sink,
                         Came came) {
    came_ = std::move(came);
    begin(request, limit,
          std::make_unique<HttpReply>([this, sink = std::move(sink)](std::string_view bytes) {
              if (reply_->status() == 200) {
                  sink(bytes);
              }
          }),
          {});
}

void AgentStream::begin(const std::string& request, milliseconds limit,
                        std::unique_ptr<HttpReply> reply, Answered answered) {
    reply_ = std::move(reply);
    answered_ = std::move(answered);
    limit_to(limit, "no answer");
    send(request);
}

void AgentStream::limit_to(milliseconds limit, const char* what) {
    poller_.cancel(deadline_);
    deadline_ = poller_.after(limit, [this, limit, what] {
        end(std::string(what) + " within " + std::to_string(limit.count()) + " ms");
    });
}

/// Called by who may not be told of a failure at once: the next turn meets it again.
void AgentStream::send(const std::string& bytes) {
    unsent_ += bytes;
    const ssize_t sent =
        ::send(fd_.fd(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    unsent_.erase(0, static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
    if (!unsent_.empty()) {
        poller_.change(fd_.fd(), EPOLLIN | EPOLLOUT);
    }
}

void AgentStream::send_rest() {
    const ssize_t sent =
        ::send(fd_.fd(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) {
        throw Refused(trouble("the stream broke"));
    }
    unsent_.erase(0, static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
    if (unsent_.empty()) {
        poller_.change(fd_.fd(), EPOLLIN);
    }
}

void AgentStream::on_ready(std::uint32_t events) {
    std::string why;
    try {
        if (!unsent_.empty() && (events & EPOLLOUT) != 0) {
            send_rest();
        }
        if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) {
            receive();
        }
        return;
    } catch (const std::exception& error) { // whatever a guest did, the others go on
        why = error.what();
    }
    end(why);
}

/// One piece a turn, so that a guest that floods does not keep the others waiting.
void AgentStream::receive() {
    std::array<char, 16384> buffer; // NOLINT(cppcoreguidelines-pro-type-member-init): read into
    const ssize_t size = ::recv(fd_.fd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (size <= 0 && handshake_.state() != open) {
        throw Refused("nothing listens on the agent's port");
    }
    if (size <= 0) {
        throw Refused(size == 0 ? "the guest ended the stream" : trouble("the stream broke"));
    }
    take({buffer.data(), static_cast<std::size_t>(size)});
}

void AgentStream::take(std::string_view bytes) {
    if (handshake_.state() == Handshake::State::waiting) {
        bytes.remove_prefix(handshake_.feed(bytes));
        if (handshake_.state() == Handshake::State::refused) {
            throw Refused("no answer to CONNECT that can be understood");
        }
        if (handshake_.state() == open) {
            poller_.cancel(deadline_);
            if (!bytes.empty()) {
                throw Refused("the guest speaks unasked");
            }
            opened_();
        }
        return;
    }
    if (!reply_) {
        throw Refused("the guest speaks unasked");
    }
    if (came_) {
        came_(bytes.size());
    }
    const bool began = reply_->has_head();
    const std::size_t taken = reply_->feed(bytes);
    if (!answered_) {
        if (!began && reply_->has_head()) {
            poller_.cancel(deadline_);
        }
        if (reply_->has_head() && reply_->status() != 200) {
            throw Refused("the agent answers " + std::to_string(reply_->status()));
        }
        if (reply_->done()) {
            throw Refused("the agent ended its answer");
        }
        return;
    }
    if (!reply_->done()) {
        return;
    }
    poller_.cancel(deadline_);
    if (taken < bytes.size()) {
        throw Refused("the guest speaks unasked");
    }
    const std::unique_ptr<HttpReply> reply = std::move(reply_);
    const Answered answered = std::move(answered_);
    if (!reply->keeps_stream()) {
        answered(*reply);
        throw Refused("the agent ended the stream");
    }
    answered(*reply);
}

void AgentStream::end(const std::string& why) {
    poller_.cancel(deadline_);
    if (fd_) {
        poller_.remove(fd_.fd());
        fd_ = Descriptor();
    }
    const Closed closed = std::move(closed_);
    closed(std::string(why));
}

} // namespace vsock
