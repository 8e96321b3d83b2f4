#include "vm/name.hpp"

#include "os/error.hpp"

#include <gtest/gtest.h>

#include <set>

namespace banger::vm {
namespace {

TEST(Name, AcceptsHostNameLabels) {
    for (const char* name : {"a", "web-1", "1a", "x0-y"}) {
        EXPECT_NO_THROW(check_name(name)) << name;
    }
    EXPECT_NO_THROW(check_name(std::string(63, 'a')));
}

TEST(Name, RefusesEverythingElseAndSaysWhy) {
    for (const char* name : {"", "A", "a_b", "a.b", "-a", "a-", "123", "a b", "ä", "../x", "a/b"}) {
        EXPECT_THROW(check_name(name), os::Error) << name;
    }
    EXPECT_THROW(check_name(std::string(64, 'a')), os::Error);
}

TEST(Name, MadeNamesAreValidAndFree) {
    std::set<std::string> taken;
    for (int i = 0; i < 2000; ++i) {
        const std::string name =
            make_name([&](const std::string& candidate) { return taken.contains(candidate); });
        EXPECT_NO_THROW(check_name(name));
        EXPECT_TRUE(taken.insert(name).second) << name;
    }
}

} // namespace
} // namespace banger::vm
