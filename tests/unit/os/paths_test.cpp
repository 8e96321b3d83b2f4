#include "os/paths.hpp"

#include "os/error.hpp"
#include "os/temporary_dir.hpp"
#include "os/unix_socket.hpp"

#include <gtest/gtest.h>

#include <sys/socket.h>

#include <cstdlib>

namespace banger::os {
namespace {

TEST(Paths, FollowTheEnvironmentAndIgnoreRelativeValues) {
    ::setenv("HOME", "/home/u", 1);
    ::setenv("XDG_CONFIG_HOME", "relative", 1);
    ::setenv("XDG_DATA_HOME", "/d", 1);
    ::setenv("XDG_RUNTIME_DIR", "/r", 1);
    const UserPaths paths = user_paths();
    EXPECT_EQ(paths.config_file(), "/home/u/.config/banger/config.yaml");
    EXPECT_EQ(paths.database(), "/d/banger/banger.sqlite");
    EXPECT_EQ(paths.socket(), "/r/banger/bangerd.sock");
}

TEST(Paths, AWrongRuntimeFolderIsNamed) {
    ::setenv("HOME", "/home/u", 1);
    const auto refusal = [](const char* value) {
        ::setenv("XDG_RUNTIME_DIR", value, 1);
        try {
            return user_paths().runtime.string();
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::invalid);
            EXPECT_NE(error.hint().find("or unset it"), std::string::npos);
            return std::string(error.what());
        }
    };
    EXPECT_EQ(refusal("run"), "XDG_RUNTIME_DIR is 'run', which is no absolute path");
    EXPECT_EQ(refusal("/dev/null"), "XDG_RUNTIME_DIR is '/dev/null', which is no folder");
    EXPECT_EQ(refusal("/nosuch"), "/nosuch/banger"); // whoever needs it makes it
}

TEST(UnixSocket, ReplacesAStaleFileButNotALiveListener) {
    const TemporaryDir dir;
    const auto path = dir.path() / "s";
    { const UniqueFd gone = listen_unix(path); }
    const UniqueFd live = listen_unix(path);
    EXPECT_THROW((void)listen_unix(path), Error);
    EXPECT_TRUE(connect_unix(path));
    EXPECT_THROW((void)listen_unix(dir.path() / std::string(200, 'x')), Error);
}

TEST(UnixSocket, ReadLineLeavesWhatFollows) {
    const TemporaryDir dir;
    const UniqueFd listener = listen_unix(dir.path() / "s");
    const UniqueFd client = connect_unix(dir.path() / "s");
    const UniqueFd server(::accept(listener.get(), nullptr, nullptr));
    send_all(server.get(), "OK 1\npayload", std::chrono::seconds(1));
    EXPECT_EQ(read_line(client.get(), std::chrono::seconds(1)), "OK 1");
    char rest[16] = {};
    EXPECT_EQ(::read(client.get(), rest, sizeof rest), 7);
    EXPECT_STREQ(rest, "payload");
    EXPECT_THROW((void)read_line(client.get(), std::chrono::milliseconds(10)), Error);
}

} // namespace
} // namespace banger::os
