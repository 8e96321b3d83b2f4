#include "host_side.hpp"

#include "verb_recorder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dns {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class HostSideTest : public testing::Test {
  protected:
    /// Settles; the verbs that ran for it.
    std::vector<std::string> settle(HostSide& side, bool any_runs) {
        side.settle(call_, 5390, [any_runs] { return any_runs; });
        return host_.take_verbs();
    }
    std::vector<std::string> remove(HostSide& side) {
        side.remove(call_);
        return host_.take_verbs();
    }

    test::VerbRecorder host_;
    banger::Call call_{nullptr};
};

TEST_F(HostSideTest, ThereWhileAVmRuns) {
    HostSide side(host_.host(), HostResolver::resolved);
    EXPECT_THAT(settle(side, false), IsEmpty());
    EXPECT_THAT(settle(side, true), ElementsAre("dns-apply", "resolver-set"));
    EXPECT_TRUE(side.told());
    EXPECT_THAT(settle(side, true), IsEmpty());
    EXPECT_THAT(settle(side, false), ElementsAre("dns-delete", "resolver-unset"));
    EXPECT_FALSE(side.told());
    EXPECT_THAT(settle(side, false), IsEmpty());
    EXPECT_THAT(host_.keys, IsEmpty());
}

TEST_F(HostSideTest, AResolverThatDoesNotListenIsToldAgain) {
    HostSide side(host_.host(), HostResolver::networkmanager);
    (void)settle(side, true);
    host_.failing = {"resolver-unset"};
    EXPECT_THAT(settle(side, false), ElementsAre("dns-delete", "resolver-unset"));
    EXPECT_THAT(host_.warnings, SizeIs(1));
    EXPECT_THAT(side.resolvers(call_), ElementsAre("networkmanager"));
    EXPECT_THAT(remove(side), ElementsAre("dns-delete", "resolver-unset"));

    HostSide next(host_.host(), HostResolver::networkmanager); // the daemon starts again
    host_.failing.clear();
    EXPECT_THAT(settle(next, false), ElementsAre("dns-delete", "resolver-unset"));
    EXPECT_THAT(host_.keys, IsEmpty());
}

TEST_F(HostSideTest, AnotherResolverIsToldAndTheFormerOneNotForgotten) {
    HostSide before(host_.host(), HostResolver::resolved);
    (void)settle(before, true);
    HostSide side(host_.host(), HostResolver::networkmanager);
    host_.failing = {"resolver-unset"};
    EXPECT_THAT(settle(side, true), ElementsAre("resolver-unset", "dns-apply", "resolver-set"));
    EXPECT_TRUE(side.told());
    EXPECT_THAT(side.resolvers(call_), ElementsAre("networkmanager", "resolved"));
    host_.failing.clear();
    EXPECT_THAT(settle(side, false), ElementsAre("dns-delete", "resolver-unset", "resolver-unset"));
    EXPECT_THAT(host_.keys, IsEmpty());
}

TEST_F(HostSideTest, AResolverThatObjectsHoldsNoVm) {
    HostSide side(host_.host(), HostResolver::resolved);
    host_.failing = {"resolver-set"};
    EXPECT_THAT(settle(side, true), ElementsAre("dns-apply", "resolver-set"));
    EXPECT_FALSE(side.told());
    EXPECT_NE(side.objection(), "");
    EXPECT_THAT(settle(side, false), ElementsAre("dns-delete", "resolver-unset"))
        << "it may have heard half of it";
}

TEST_F(HostSideTest, ReleaseAsksTheHelperWhateverIsRemembered) {
    HostSide side(host_.host(), HostResolver::none);
    side.remove_resolver(call_, "networkmanager", side.tag());
    side.remove_table(call_, side.tag());
    EXPECT_THAT(host_.take_verbs(), ElementsAre("resolver-unset", "dns-delete"));
    (void)settle(side, false);
    EXPECT_THAT(host_.keys, IsEmpty());
    host_.failing = {"resolver-unset"};
    EXPECT_THROW(side.remove_resolver(call_, "networkmanager", side.tag()), banger::Error);
}

TEST_F(HostSideTest, WhatARunningVmNeedsIsThereAgainAfterARelease) {
    HostSide side(host_.host(), HostResolver::resolved);
    (void)settle(side, true);
    side.remove_table(call_, "other");
    side.remove_resolver(call_, "networkmanager", "other");
    EXPECT_THAT(host_.take_verbs(), ElementsAre("dns-delete", "resolver-unset"));
    EXPECT_NE(host_.arguments.back().find(R"("tag":"other")"), std::string::npos);
    EXPECT_THAT(settle(side, true), IsEmpty());
    side.remove_table(call_, side.tag());
    (void)host_.take_verbs();
    EXPECT_THAT(settle(side, true), ElementsAre("dns-apply", "resolver-set"));
    side.remove_resolver(call_, "resolved", side.tag());
    (void)host_.take_verbs();
    EXPECT_THAT(settle(side, true), ElementsAre("dns-apply", "resolver-set"));
}

} // namespace
} // namespace dns
