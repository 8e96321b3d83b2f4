#include "channel/frame.hpp"
#include "fuzz/channel_fuzz.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace banger::channel {
namespace {

struct Copy {
    FrameType type;
    std::uint32_t stream;
    std::string payload;
    bool operator==(const Copy&) const = default;
};

std::vector<Copy> drain(Decoder& decoder) {
    std::vector<Copy> frames;
    while (const auto frame = decoder.next()) {
        frames.push_back({frame->type, frame->stream, std::string(frame->payload)});
    }
    return frames;
}

std::string encoded(const std::vector<Copy>& frames) {
    std::string bytes;
    for (const Copy& frame : frames) {
        append_frame(bytes, frame.type, frame.stream, frame.payload);
    }
    return bytes;
}

const std::vector<Copy> sample{{FrameType::hello, 0, std::string(16, '\x42')},
                               {FrameType::open, 1, "12345678"},
                               {FrameType::data, 1, std::string(max_payload, '\xb6')},
                               {FrameType::finish, 1, ""},
                               {FrameType::reset, 0xFFFFFFFFU, std::string(1, '\0')}};

TEST(Frame, SurvivesAnySplit) {
    const std::string bytes = encoded(sample);
    std::mt19937 random(1); // NOLINT: the same cuts in each run
    for (int round = 0; round < 200; ++round) {
        Decoder decoder;
        std::vector<Copy> got;
        for (std::size_t at = 0; at < bytes.size();) {
            const std::size_t part = 1 + random() % (round < 20 ? 3U : 3000U);
            decoder.feed(std::string_view(bytes).substr(at, part));
            at += part;
            for (Copy& frame : drain(decoder)) {
                got.push_back(std::move(frame));
            }
        }
        EXPECT_EQ(got, sample);
        EXPECT_EQ(decoder.skipped(), 0U);
    }
}

TEST(Frame, StartsInTheMiddleOfOne) {
    const std::string bytes = encoded(sample);
    const std::string tail = encoded({{FrameType::data, 9, "whole"}});
    for (std::size_t cut = 1; cut < 60; ++cut) {
        Decoder decoder;
        decoder.feed(bytes.substr(cut) + tail);
        const auto got = drain(decoder);
        ASSERT_FALSE(got.empty());
        EXPECT_EQ(got.back(), (Copy{FrameType::data, 9, "whole"}));
    }
}

TEST(Frame, ATruncatedFrameDoesNotSwallowTheNext) {
    const std::string first = encoded({{FrameType::data, 1, std::string(max_payload, 'x')}});
    const std::string second = encoded({{FrameType::hello, 0, std::string(16, '\1')}});
    for (std::size_t kept = 1; kept < first.size(); kept += 97) {
        Decoder decoder;
        decoder.feed(first.substr(0, kept) + std::string(max_frame_size, '\0') + second);
        const auto got = drain(decoder);
        ASSERT_EQ(got.size(), 1U) << kept;
        EXPECT_EQ(got[0].type, FrameType::hello);
    }
}

TEST(Frame, RefusesDamage) {
    const std::string good = encoded({{FrameType::data, 1, "hello"}});
    for (std::size_t i = 0; i < good.size(); ++i) {
        std::string bad = good;
        bad[i] = static_cast<char>(bad[i] ^ 0x10);
        Decoder decoder;
        decoder.feed(bad + std::string(max_frame_size, '\0'));
        EXPECT_TRUE(drain(decoder).empty()) << "byte " << i;
    }
}

TEST(Frame, GarbageCostsNoMemory) {
    Decoder decoder;
    std::mt19937 random(2); // NOLINT
    for (int i = 0; i < 1000; ++i) {
        std::string noise(1000, '\0');
        for (char& c : noise) {
            c = static_cast<char>(random());
        }
        decoder.feed(noise);
        EXPECT_TRUE(drain(decoder).empty());
    }
    EXPECT_GT(decoder.skipped(), 990000U);
}

TEST(Frame, FuzzEntryTakesAnything) {
    std::mt19937 random(3); // NOLINT
    for (int round = 0; round < 300; ++round) {
        std::string bytes(1, static_cast<char>(random()));
        for (int i = 0; i < 40; ++i) {
            std::string payload(random() % 64, static_cast<char>(random()));
            if (random() % 4 == 0) { // a believable hello, as if the session were up
                payload.clear();
                append_u64(payload, 1 + random() % 2);
                append_u64(payload, 7);
                append_frame(bytes, FrameType::hello, 0, payload);
                continue;
            }
            append_frame(bytes, static_cast<FrameType>(1 + random() % 7), random() % 5, payload);
            if (random() % 8 == 0) {
                bytes.resize(bytes.size() - random() % 8);
            }
        }
        LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    }
}

} // namespace
} // namespace banger::channel
