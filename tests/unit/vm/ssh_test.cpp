#include "vm/ssh.hpp"

#include "os/child.hpp"
#include "os/temporary_dir.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

namespace banger::vm {
namespace {

/// A process with the title that ssh gives to a kept connection.
os::Child master(const std::string& socket) {
    const std::string script = "exec -a 'ssh: " + socket + " [mux]' sleep 60";
    os::Child child = os::Child::spawn({"/bin/bash", "-c", script}, {});
    for (int i = 0; i < 200; ++i) { // until bash has become it
        char words[5] = {};
        const os::UniqueFd file(
            ::open(("/proc/" + std::to_string(child.pid()) + "/cmdline").c_str(), 0));
        if (::read(file.get(), words, 4) == 4 && std::string(words) == "ssh:") {
            break;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return child;
}

TEST(EndSshMaster, FindsOneWhoseSocketIsGone) {
    const os::TemporaryDir dir("banger-ssh");
    const std::string path = dir.path() / "ssh.sock";
    os::Child mine = master(path);
    os::Child other = master(path + "2");
    end_ssh_master(path);
    EXPECT_EQ(mine.wait().signal, SIGTERM);
    EXPECT_EQ(::kill(other.pid(), 0), 0) << "of another VM";
    ::kill(other.pid(), SIGKILL);
    EXPECT_EQ(other.wait().signal, SIGKILL);
}

} // namespace
} // namespace banger::vm
