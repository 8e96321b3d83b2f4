// An image that is made of an overlay has what the kernel shows of it.
#include "listing.hpp"
#include "mounts.hpp"
#include "vandal.hpp"

#include "ext4_disk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include <unistd.h>

namespace banger::test {
namespace {

using image_tool::Bench;
using image_tool::Told;

/// BANGER_OVERLAY_SEEDS=50 looks at more of them.
unsigned seeds() {
    const char* count = std::getenv("BANGER_OVERLAY_SEEDS");
    return count != nullptr ? static_cast<unsigned>(std::strtoul(count, nullptr, 10)) : 4;
}

class Overlay : public testing::Test {
  protected:
    void SetUp() override {
        if (!mounts.reason().empty()) {
            GTEST_SKIP() << mounts.reason();
        }
    }

    Mounts mounts;
};

/// One sequence of changes, in an overlay that is mounted again now and then.
class Sequence {
  public:
    explicit Sequence(unsigned seed) : vandal_(seed) {
        for (const char* name : {"base", "over/upper", "over/work", "lower", "overlay", "merged"}) {
            bench_.folder(name);
        }
        vandal_.furnish(bench_.path("base"));
        base_ = bench_.make("base");
        over_ = bench_.make("over");
    }

    /// What is seen at the end.
    std::vector<std::string> change() {
        for (int times = 0; times < 4; ++times) {
            mount();
            for (int i = 0; i < 25; ++i) {
                vandal_.act(bench_.path("merged"));
            }
            unmount();
        }
        mount();
        std::vector<std::string> seen = listing(bench_.path("merged"));
        unmount();
        return seen;
    }
    Told flatten() {
        return image_tool::tell(image_tool::flatten, {"--base", base_, "--overlay", over_, "--out",
                                                      bench_.path("out.ext4")});
    }
    std::vector<std::string> flat() {
        const std::string place = bench_.path("merged");
        Mounts::disk(bench_.path("out.ext4"), place, false);
        std::vector<std::string> seen = listing(place);
        Mounts::unmount(place);
        return seen;
    }
    Told diff() {
        return image_tool::tell(image_tool::diff, {"--base", base_, "--overlay", over_});
    }
    std::string faults() { return image_tool::faults(bench_.path("out.ext4")); }

  private:
    void mount() {
        Mounts::disk(base_, bench_.path("lower"), false);
        Mounts::disk(over_, bench_.path("overlay"), true);
        Mounts::overlay(bench_.path("lower"), bench_.path("overlay"), bench_.path("merged"));
    }
    void unmount() {
        for (const char* name : {"merged", "overlay", "lower"}) {
            Mounts::unmount(bench_.path(name));
        }
    }

    Bench bench_;
    Vandal vandal_;
    std::string base_, over_;
};

TEST_F(Overlay, IsFlattenedToWhatTheKernelShows) {
    unsigned moved = 0;
    unsigned removed = 0;
    for (unsigned seed = 1; seed <= seeds(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Sequence sequence(seed);
        const std::vector<std::string> seen = sequence.change();
        const Told told = sequence.flatten();
        ASSERT_EQ(told.failed(), "");
        ASSERT_EQ(sequence.faults(), "");
        ASSERT_EQ(sequence.flat(), seen);
        ASSERT_EQ(sequence.diff().failed(), "");
        moved += told.result["moved"].get<unsigned>();
        removed += told.result["removed"].get<unsigned>();
    }
    EXPECT_GT(moved, 2 * seeds()) << "nothing was tried";
    EXPECT_GT(removed, seeds());
}

} // namespace
} // namespace banger::test
