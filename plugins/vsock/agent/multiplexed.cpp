#include "multiplexed.hpp"

#include "guest/failure.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include <sys/epoll.h>
#include <sys/random.h>

namespace agent {
namespace {

using banger::channel::StreamHandler;

std::uint64_t new_session() {
    std::uint64_t session = 0;
    if (::getrandom(&session, sizeof session, GRND_NONBLOCK) != sizeof session) {
        // So early in a guest that nobody seeded: the time tells this start from the one before.
        session =
            static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
    }
    return session | 1U;
}

} // namespace

struct Multiplexed::Stream {
    Stream(std::optional<Seats::Seat> place, const Answerer& answerer, std::function<void()> wake)
        : seat(std::move(place)), session(answerer, std::move(wake)) {}

    std::optional<Seats::Seat> seat; ///< none: it is only told so
    Session session;
    std::size_t unread = 0; ///< came, and the host's window is not given back
};

Multiplexed::Multiplexed(Loop& loop, Fd fd, const Answerer& answerer, Seats& seats,
                         std::function<void()> lost)
    : loop_(loop), fd_(std::move(fd)), answerer_(answerer), seats_(seats), lost_(std::move(lost)),
      mux_(new_session()) {
    mux_.listen(port, [this](StreamId id) { return open(id); });
    mux_.greet();
    // Edges only: a port whose host is away reports a hang-up for as long as that lasts.
    watch_ = loop_.watch(fd_.get(), EPOLLIN | EPOLLOUT | EPOLLET,
                         [this](std::uint32_t events) { ready(events); });
    wake();
}

Multiplexed::~Multiplexed() = default;

StreamHandler Multiplexed::open(StreamId id) {
    auto& stream =
        *(streams_[id] = std::make_unique<Stream>(seats_.take(), answerer_, [this] { wake(); }));
    wake();
    StreamHandler handler;
    handler.data = [this, &stream](std::string_view bytes) {
        stream.unread += bytes.size();
        if (stream.seat) {
            stream.session.feed(bytes);
        }
        wake();
    };
    handler.finished = [this, &stream] {
        stream.session.input_ended();
        wake();
    };
    handler.closed = [this, id] { streams_.erase(id); };
    handler.writable = [this] { wake(); };
    return handler;
}

void Multiplexed::wake() {
    if (!soon_) {
        soon_ = loop_.soon([this] {
            soon_.drop();
            pump();
        });
    }
}

void Multiplexed::ready(std::uint32_t events) {
    receive();
    const bool there = (events & (EPOLLHUP | EPOLLERR)) == 0;
    if (host_there_ && !there) {
        mux_.greet(); // ends the conversations; the hello waits for who comes next
    }
    host_there_ = there;
    pump();
}

void Multiplexed::receive() {
    std::array<char, 16384> buffer; // NOLINT: filled by read()
    for (;;) {
        const ssize_t n = ::read(fd_.get(), buffer.data(), buffer.size());
        if (n > 0) {
            mux_.feed({buffer.data(), static_cast<std::size_t>(n)});
        } else if (n < 0 && errno == EINTR) {
            continue;
        } else {
            broken_ = broken_ || (n < 0 && errno != EAGAIN);
            return; // no bytes: the host is away
        }
    }
}

void Multiplexed::pump() {
    std::vector<StreamId> ids;
    for (const auto& [id, stream] : streams_) {
        ids.push_back(id);
    }
    for (const StreamId id : ids) {
        pump(id);
    }
    flush();
    if (broken_ && lost_) {
        std::exchange(lost_, nullptr)();
    }
}

void Multiplexed::pump(StreamId id) {
    const auto find = [this, id] {
        const auto it = streams_.find(id);
        return it == streams_.end() ? nullptr : it->second.get();
    };
    Stream* stream = find(); // any call of the multiplexer may end any stream
    if (stream != nullptr && !stream->seat) {
        constexpr std::string_view text(too_many_connections, sizeof too_many_connections - 1);
        (void)mux_.write(id, text);
        streams_.erase(id);
        mux_.close(id);
        return;
    }
    for (std::size_t taken = 1; stream != nullptr && taken > 0; stream = find()) {
        Session& session = stream->session;
        session.step();
        if (session.pending().empty()) {
            break;
        }
        taken = mux_.write(id, session.pending());
        if (find() != nullptr) {
            session.sent(taken);
        }
    }
    if (stream == nullptr) {
        return;
    }
    if (stream->session.over() &&
        (stream->session.pending().empty() || stream->session.aborted())) {
        streams_.erase(id);
        mux_.close(id);
        return;
    }
    const std::size_t done = stream->unread - std::min(stream->unread, stream->session.held());
    stream->unread -= done;
    mux_.consumed(id, done);
}

void Multiplexed::flush() {
    while (!broken_ && !mux_.pending().empty()) {
        const std::string_view part = mux_.pending();
        const ssize_t n = ::write(fd_.get(), part.data(), part.size());
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            broken_ = n < 0 && errno != EAGAIN && errno != EPIPE;
            return;
        }
        mux_.sent(static_cast<std::size_t>(n)); // may call writable()
    }
}

} // namespace agent
