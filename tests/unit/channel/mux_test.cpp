#include "channel/guest_mux.hpp"
#include "channel/mux.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

namespace banger::channel {
namespace {

/// The host's side, which keeps all it sees.
struct Host : MuxEvents {
    Mux mux{Side::host, *this, 100};
    std::map<StreamId, std::string> data;
    std::set<StreamId> accepted;
    std::set<StreamId> finished;
    std::map<StreamId, ResetReason> gone;
    std::map<StreamId, std::string> unsent;
    bool consume = true;

    void stream_requested(StreamId id, std::uint32_t /*port*/) override { mux.reset(id); }
    void stream_accepted(StreamId id) override { accepted.insert(id); }
    void stream_data(StreamId id, std::string_view bytes) override {
        data[id] += bytes;
        if (consume) {
            mux.consumed(id, bytes.size());
        }
    }
    void stream_finished(StreamId id) override { finished.insert(id); }
    void stream_reset(StreamId id, ResetReason reason) override { gone[id] = reason; }
    void stream_writable(StreamId id) override { push(id); }

    void push(StreamId id) { unsent[id].erase(0, mux.write(id, unsent[id])); }
    void send(StreamId id, std::string_view bytes) {
        unsent[id] += bytes;
        push(id);
    }
};

/// A guest that echoes on port 1, swallows on port 2 without ever consuming, and greets on port 3.
struct Guest {
    GuestMux mux;
    std::map<StreamId, std::string> back;
    std::map<StreamId, bool> ended;
    std::string swallowed;

    explicit Guest(std::uint64_t session) : mux(session) {
        mux.listen(1, [this](StreamId id) {
            StreamHandler handler;
            handler.data = [this, id](std::string_view bytes) {
                back[id] += bytes;
                push(id);
            };
            handler.writable = [this, id] { push(id); };
            handler.finished = [this, id] {
                ended[id] = true;
                push(id);
            };
            return handler;
        });
        mux.listen(2, [this](StreamId) {
            StreamHandler handler;
            handler.data = [this](std::string_view bytes) { swallowed += bytes; };
            return handler;
        });
        mux.listen(3, [this](StreamId id) {
            EXPECT_EQ(mux.write(id, "welcome"), 7U);
            mux.finish(id);
            return StreamHandler{};
        });
    }

    void push(StreamId id) {
        const std::size_t n = mux.write(id, back[id]);
        back[id].erase(0, n);
        mux.consumed(id, n);
        if (ended[id] && back[id].empty()) {
            mux.finish(id);
        }
    }
};

/// Carries bytes both ways in random pieces until nothing moves.
template <typename A, typename B>
void carry(A& a, B& b, std::mt19937& random) {
    while (!a.pending().empty() || !b.pending().empty()) {
        const std::string to_b(a.pending().substr(0, 1 + random() % 9000));
        a.sent(to_b.size());
        b.feed(to_b);
        const std::string to_a(b.pending().substr(0, 1 + random() % 9000));
        b.sent(to_a.size());
        a.feed(to_a);
    }
}

class MuxTest : public testing::Test {
  protected:
    void start() {
        host.mux.greet();
        guest.mux.greet();
        settle();
        ASSERT_TRUE(host.mux.up());
    }
    void settle() { carry(host.mux, guest.mux, random); }

    std::mt19937 random{4}; // NOLINT
    Host host;
    Guest guest{200};
};

TEST_F(MuxTest, NothingOpensBeforeTheGuestIsThere) {
    host.mux.greet();
    EXPECT_EQ(host.mux.open(1), 0U);
    EXPECT_FALSE(host.mux.up());
}

TEST_F(MuxTest, HandshakeFromEitherSideAlone) {
    guest.mux.greet();
    settle();
    EXPECT_TRUE(host.mux.up());
    Host other;
    Guest fresh(300);
    other.mux.greet();
    carry(other.mux, fresh.mux, random);
    EXPECT_TRUE(other.mux.up());
}

TEST_F(MuxTest, EchoesAndHalfCloses) {
    start();
    const StreamId id = host.mux.open(1);
    ASSERT_NE(id, 0U);
    settle();
    EXPECT_EQ(host.accepted.count(id), 1U);
    host.send(id, "hello");
    host.mux.finish(id);
    settle();
    EXPECT_EQ(host.data[id], "hello");
    EXPECT_EQ(host.finished.count(id), 1U);
    EXPECT_EQ(host.gone.at(id), ResetReason::closed);
    EXPECT_EQ(host.mux.streams(), 0U);
    EXPECT_EQ(guest.mux.streams(), 0U);
}

TEST_F(MuxTest, AClosedPortRefuses) {
    start();
    const StreamId id = host.mux.open(77);
    settle();
    EXPECT_EQ(host.gone.at(id), ResetReason::refused);
    EXPECT_TRUE(host.accepted.empty());
}

TEST_F(MuxTest, TheAcceptHandlerMayWriteAtOnce) {
    start();
    const StreamId id = host.mux.open(3);
    settle();
    EXPECT_EQ(host.data[id], "welcome");
    EXPECT_EQ(host.finished.count(id), 1U);
}

TEST_F(MuxTest, ManyStreamsCarryMuchDataUnmixed) {
    start();
    std::map<StreamId, std::string> sent;
    for (int i = 0; i < 40; ++i) {
        const StreamId id = host.mux.open(1);
        settle();
        for (std::size_t n = random() % 300000; n > 0; --n) {
            sent[id].push_back(static_cast<char>(random()));
        }
    }
    for (const auto& [id, bytes] : sent) {
        host.send(id, bytes);
    }
    settle();
    for (const auto& [id, bytes] : sent) {
        EXPECT_EQ(host.data[id], bytes);
    }
}

TEST_F(MuxTest, AStuckStreamHoldsUpNoOther) {
    start();
    const StreamId stuck = host.mux.open(2);
    const StreamId free = host.mux.open(1);
    settle();
    host.send(stuck, std::string(500000, 'x'));
    settle();
    EXPECT_EQ(guest.swallowed.size(), Mux::window);
    EXPECT_EQ(host.unsent[stuck].size(), 500000 - Mux::window);
    host.send(free, std::string(500000, 'y'));
    settle();
    EXPECT_EQ(host.data[free].size(), 500000U);
}

TEST_F(MuxTest, AHostThatDoesNotReadGetsOneWindow) {
    start();
    host.consume = false;
    const StreamId id = host.mux.open(1);
    settle();
    host.send(id, std::string(500000, 'z'));
    settle();
    EXPECT_EQ(host.data[id].size(), Mux::window);
    host.consume = true;
    host.mux.consumed(id, Mux::window);
    settle();
    EXPECT_EQ(host.data[id].size(), 500000U);
}

TEST_F(MuxTest, DataBeyondTheWindowResetsTheStream) {
    start();
    const StreamId id = host.mux.open(2);
    settle();
    std::string flood;
    for (int i = 0; i < 20; ++i) {
        append_frame(flood, FrameType::data, id, std::string(max_payload, 'f'));
    }
    guest.mux.feed(flood);
    settle();
    EXPECT_EQ(host.gone.at(id), ResetReason::protocol);
}

TEST_F(MuxTest, ANewHostAfterARestoreTakesOver) {
    start();
    const StreamId id = host.mux.open(1);
    settle();
    // The snapshot was taken with a frame half sent in each direction.
    host.send(id, std::string(3000, 'h'));
    guest.mux.feed(host.mux.pending().substr(0, 1500));
    bool closed = false;
    guest.mux.listen(9, [&](StreamId) {
        StreamHandler handler;
        handler.closed = [&] { closed = true; };
        return handler;
    });
    Host restored;
    restored.mux.feed("half of an old frame");
    restored.mux.greet();
    carry(restored.mux, guest.mux, random);
    ASSERT_TRUE(restored.mux.up());
    EXPECT_EQ(guest.mux.streams(), 0U);
    const StreamId fresh = restored.mux.open(1);
    carry(restored.mux, guest.mux, random);
    restored.send(fresh, "again");
    carry(restored.mux, guest.mux, random);
    EXPECT_EQ(restored.data[fresh], "again");
    EXPECT_FALSE(closed);
}

TEST_F(MuxTest, ARestartedAgentTakesOver) {
    start();
    const StreamId id = host.mux.open(1);
    settle();
    host.send(id, std::string(200000, 'h')); // stale bytes on their way to the old agent
    Guest next(201);
    next.mux.greet();
    carry(host.mux, next.mux, random);
    EXPECT_TRUE(host.mux.up());
    EXPECT_EQ(host.gone.at(id), ResetReason::lost);
    const StreamId fresh = host.mux.open(1);
    carry(host.mux, next.mux, random);
    host.send(fresh, "new");
    carry(host.mux, next.mux, random);
    EXPECT_EQ(host.data[fresh], "new");
}

TEST_F(MuxTest, LosingThePeerResetsAndAHelloRevives) {
    start();
    const StreamId id = host.mux.open(1);
    host.mux.lost();
    EXPECT_EQ(host.gone.at(id), ResetReason::lost);
    EXPECT_EQ(host.mux.open(1), 0U);
    guest.mux.greet();
    settle();
    EXPECT_TRUE(host.mux.up());
}

TEST_F(MuxTest, APeerThatNeverReadsAnswersCostsBoundedMemory) {
    start();
    std::string opens;
    for (std::uint32_t i = 0; i < 200000; ++i) {
        opens.clear();
        std::string payload;
        append_u32(payload, 77);
        append_u32(payload, 1);
        append_frame(opens, FrameType::open, 1 + 2 * i, payload);
        guest.mux.feed(opens);
        ASSERT_LT(guest.mux.pending().size(), 2U << 20U);
    }
}

TEST_F(MuxTest, APeerThatOnlySaysHelloCostsBoundedMemory) {
    start();
    for (std::uint64_t session = 1; session < 200000; ++session) {
        std::string payload;
        append_u64(payload, session);
        append_u64(payload, 0);
        std::string hello;
        append_frame(hello, FrameType::hello, 0, payload);
        host.mux.feed(hello);
        ASSERT_LT(host.mux.pending().size(), 2U << 20U);
    }
    guest.mux.greet();
    settle();
    EXPECT_TRUE(host.mux.up()) << "whoever reads again is heard again";
}

TEST_F(MuxTest, OnlySoManyStreams) {
    start();
    for (std::size_t i = 0; i < Mux::max_streams; ++i) {
        EXPECT_NE(host.mux.open(1), 0U);
    }
    EXPECT_EQ(host.mux.open(1), 0U);
    settle();
    EXPECT_EQ(host.accepted.size(), Mux::max_streams);
}

} // namespace
} // namespace banger::channel
