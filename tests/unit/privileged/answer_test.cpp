#include "privileged/answer.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <csignal>

namespace banger::privileged {
namespace {

TEST(HelperAnswer, HasAResultOrTheHelpersError) {
    EXPECT_EQ(result_of(R"({"ok":true,"result":{"pid":7}})")->at("pid"), 7);
    EXPECT_EQ(result_of(R"({"ok":true})"), nlohmann::json::object());
    for (const char* none : {"", "{", "[]", "{}", "sudo: words"}) {
        EXPECT_FALSE(result_of(none)) << none;
    }
    try {
        (void)result_of(
            R"({"ok":false,"error":{"kind":"conflict","message":"it is","hint":"not"}})");
        FAIL();
    } catch (const os::Error& error) {
        EXPECT_EQ(error.kind(), os::ErrorKind::conflict);
        EXPECT_STREQ(error.what(), "it is");
        EXPECT_EQ(error.hint(), "not");
    }
}

TEST(HelperAnswer, WithoutOneSudoHasRefusedOrTheHelperDied) {
    const std::vector<std::string> sudo{"sudo", "-n", "/priv", "verb"};
    const os::Error refused = silent_end(sudo, os::ExitStatus{1, 0}, "sudo: no\nmore\n", "this");
    EXPECT_EQ(refused.kind(), os::ErrorKind::permission);
    EXPECT_STREQ(refused.what(),
                 "'sudo -n /priv verb' is not allowed without a password (sudo: no)");
    EXPECT_EQ(refused.hint(), "allow it once: this");
    const os::Error killed = silent_end(sudo, os::ExitStatus{0, SIGKILL}, "", "this");
    EXPECT_EQ(killed.kind(), os::ErrorKind::internal);
    EXPECT_STREQ(killed.what(), "the privileged helper ended with signal 9 (Killed) and no answer");
    EXPECT_STREQ(silent_end({"/priv", "verb"}, os::ExitStatus{1, 0}, "", "this").what(),
                 "the privileged helper ended with exit status 1 and no answer");
    EXPECT_STREQ(silent_end(sudo, std::nullopt, "words", "this").what(),
                 "the privileged helper ended with no status and no answer (words)");
}

} // namespace
} // namespace banger::privileged
