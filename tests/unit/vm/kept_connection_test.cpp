#include "vm/kept_connection.hpp"

#include "os/temporary_dir.hpp"
#include "os/unix_socket.hpp"

#include <filesystem>

#include <gtest/gtest.h>

namespace banger::vm {
namespace {

TEST(KeptConnection, IsUnusedUntilAClientConnects) {
    const os::TemporaryDir dir("banger-kept");
    const std::string path = dir.path() / "ssh.sock";
    EXPECT_FALSE(keeps_unused_connection(path)) << "there is none";
    const os::UniqueFd master = os::listen_unix(path + ".Xy12");
    std::filesystem::rename(path + ".Xy12", path);
    EXPECT_TRUE(keeps_unused_connection(path));
    {
        const os::UniqueFd client = os::connect_unix(path);
        EXPECT_FALSE(keeps_unused_connection(path));
    }
    EXPECT_FALSE(keeps_unused_connection(path + "2")) << "of another VM";
}

} // namespace
} // namespace banger::vm
