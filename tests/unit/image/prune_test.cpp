#include "image/prune.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace banger::image {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::int64_t now_ms = 1'000'000;

Image aged(const std::string& name, std::int64_t seconds,
           store::ImageKind kind = store::ImageKind::managed) {
    Image image;
    image.name = name;
    image.kind = kind;
    image.created_at_ms = now_ms - seconds * 1000;
    return image;
}

std::vector<std::string> going(const PruneRequest& request, const std::set<std::string>& needed) {
    Image chosen = aged("chosen", 900);
    chosen.kept_default = true;
    const std::vector<Image> images{aged("debian", 900, store::ImageKind::bundle),
                                    aged("mine", 900, store::ImageKind::registered),
                                    aged("old", 900), aged("young", 10), chosen};
    std::vector<std::string> names;
    for (const Image& image : prunable(images, request, needed, now_ms)) {
        names.push_back(image.name);
    }
    return names;
}

TEST(Prunable, OnlyManagedImagesGoThatAreOldAndNotTheDefault) {
    EXPECT_THAT(going({}, {}), IsEmpty()); // of a month
    EXPECT_THAT(going({.older_than_s = 60}, {}), ElementsAre("old"));
    EXPECT_THAT(going({.older_than_s = 900}, {}), ElementsAre("old"));
    EXPECT_THAT(going({.older_than_s = 901}, {}), IsEmpty());
    EXPECT_THAT(going({.older_than_s = 0}, {}), ElementsAre("old", "young"));
    const std::int64_t longest = std::numeric_limits<std::int64_t>::max();
    EXPECT_THAT(going({.older_than_s = longest}, {}), IsEmpty());
}

TEST(Prunable, WhatIsNeededOrNotAskedForStays) {
    EXPECT_THAT(going({.older_than_s = 0}, {"old"}), ElementsAre("young"));
    EXPECT_THAT(
        going({.older_than_s = 0, .only = std::vector<std::string>{"old", "debian", "none"}}, {}),
        ElementsAre("old"));
    EXPECT_THAT(going({.older_than_s = 0, .only = std::vector<std::string>()}, {}), IsEmpty());
}

} // namespace
} // namespace banger::image
