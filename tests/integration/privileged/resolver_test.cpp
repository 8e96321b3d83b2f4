// The verbs for NetworkManager's dnsmasq, with a folder and an nmcli of the test's own laid over
// the machine's, in a mount namespace.

#include "verb_fixture.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/temporary_dir.hpp"
#include "privileged/resolver.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

namespace banger::privileged {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using os::ErrorKind;

/// What the verbs see of NetworkManager, for this thread until it goes.
class FakeNetworkManager {
  public:
    FakeNetworkManager() : before_(os::open_file("/proc/thread-self/ns/mnt", O_RDONLY)) {
        if (::unshare(CLONE_NEWNS) != 0 ||
            ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
            ::mount("tmpfs", layers_.path().c_str(), "tmpfs", 0, nullptr) != 0 || !cover("/etc") ||
            !cover("/usr/bin")) {
            reason_ = std::string("no overlay mounts here: ") + std::strerror(errno);
            return;
        }
        fs::create_directories("/etc/NetworkManager/dnsmasq.d");
        std::ofstream("/usr/bin/nmcli")
            << "#!/bin/sh\necho \"$*\" >>" << told_path() << "\n[ ! -e " << broken_path() << " ]\n";
        fs::permissions("/usr/bin/nmcli", fs::perms(0755));
    }
    FakeNetworkManager(const FakeNetworkManager&) = delete;
    FakeNetworkManager& operator=(const FakeNetworkManager&) = delete;
    ~FakeNetworkManager() {
        if (::setns(before_.get(), CLONE_NEWNS) != 0) {
            ::_exit(70); // the rest of the tests would see the wrong files
        }
        // Which led to the root of all, not to the one that these tests may have been given.
        if (::fchdir(root_.get()) != 0 || ::chroot(".") != 0) {
            ::_exit(70);
        }
        fs::current_path(folder_);
    }
    [[nodiscard]] const std::string& reason() const noexcept { return reason_; }
    void set_broken(bool broken) const {
        if (broken) {
            std::ofstream(broken_path()) << "x";
        } else {
            fs::remove(broken_path());
        }
    }
    /// How often it was told to read its files, since the last time.
    [[nodiscard]] int reloads() const {
        std::ifstream lines(told_path());
        int count = 0;
        for (std::string line; std::getline(lines, line); ++count) {
            EXPECT_EQ(line, "general reload dns-full");
        }
        fs::remove(told_path());
        return count;
    }

  private:
    [[nodiscard]] bool cover(const std::string& folder) const {
        const fs::path own = layers_.path() / fs::path(folder).filename();
        fs::create_directories(own / "upper");
        fs::create_directories(own / "work");
        const std::string options = "lowerdir=" + folder + ",upperdir=" + (own / "upper").string() +
                                    ",workdir=" + (own / "work").string();
        return ::mount("overlay", folder.c_str(), "overlay", 0, options.c_str()) == 0;
    }
    [[nodiscard]] fs::path told_path() const { return layers_.path() / "told"; }
    [[nodiscard]] fs::path broken_path() const { return layers_.path() / "broken"; }

    os::TemporaryDir layers_;
    fs::path folder_ = fs::current_path();
    os::UniqueFd root_ = os::open_file("/", O_RDONLY | O_DIRECTORY);
    os::UniqueFd before_;
    std::string reason_;
};

class ResolverTest : public VerbFixture {
  protected:
    void SetUp() override {
        VerbFixture::SetUp();
        if (IsSkipped()) {
            return;
        }
        manager_.emplace();
        if (!manager_->reason().empty()) {
            GTEST_SKIP() << manager_->reason();
        }
        run("bridge-ensure", {{"bridge", "banger"}, {"address", "172.30.88.1/24"}});
    }
    ErrorKind refused(const char* verb, const json& args, uid_t caller = 1000) {
        return refusal(verb, args, caller).kind();
    }
    void set(const char* tag, int port) {
        run("resolver-set",
            {{"resolver", "networkmanager"}, {"tag", tag}, {"bridge", "banger"}, {"port", port}});
    }
    static json args(const char* tag) {
        return {{"resolver", "networkmanager"}, {"tag", tag}, {"bridge", "banger"}};
    }

    std::optional<FakeNetworkManager> manager_;
};

TEST_F(ResolverTest, EachBangerOfAUserHasItsOwnFile) {
    set("aa", 5390);
    set("bb", 5391);
    EXPECT_EQ(manager_->reloads(), 2);
    EXPECT_NE(os::read_file(dnsmasq_file(1000, "aa")).find("server=/vm/127.0.0.1#5390\n"),
              std::string::npos);
    EXPECT_NE(os::read_file(dnsmasq_file(1000, "bb")).find("server=/vm/127.0.0.1#5391\n"),
              std::string::npos);
    EXPECT_EQ(run("dns-show", json::object())["dnsmasq_files"],
              json::array({{{"name", dnsmasq_file(1000, "aa")}, {"tag", "aa"}},
                           {{"name", dnsmasq_file(1000, "bb")}, {"tag", "bb"}}}));
    EXPECT_TRUE(run("dns-show", json::object(), 100)["dnsmasq_files"].empty());
    EXPECT_EQ(run("resolver-unset", args("bb"), 1001)["existed"], false) << "another's";
    EXPECT_EQ(run("resolver-unset", args("aa"))["existed"], true);
    EXPECT_FALSE(fs::exists(dnsmasq_file(1000, "aa")));
    EXPECT_TRUE(fs::exists(dnsmasq_file(1000, "bb")));
}

TEST_F(ResolverTest, DnsmasqIsToldAgainWhenItWasNotHeard) {
    set("aa", 5390);
    EXPECT_EQ(manager_->reloads(), 1);
    manager_->set_broken(true);
    EXPECT_EQ(refused("resolver-unset", args("aa")), ErrorKind::unavailable);
    EXPECT_FALSE(fs::exists(dnsmasq_file(1000, "aa")));
    manager_->set_broken(false);
    EXPECT_EQ(manager_->reloads(), 1);
    EXPECT_EQ(run("resolver-unset", args("aa"))["existed"], false);
    EXPECT_EQ(manager_->reloads(), 1);
    fs::remove("/usr/bin/nmcli");
    EXPECT_EQ(run("resolver-unset", args("aa"))["existed"], false) << "nobody to tell";
}

TEST_F(ResolverTest, RefusesWhatIsNoTag) {
    for (const char* tag : {"", "../../x", "A", "a b", "0123456789abc", "a_b", "a.b"}) {
        EXPECT_EQ(refused("resolver-unset", args(tag)), ErrorKind::invalid) << tag;
    }
    json without = args("aa");
    without.erase("tag");
    EXPECT_EQ(refused("resolver-unset", without), ErrorKind::invalid);
    without["port"] = 5390;
    EXPECT_EQ(refused("resolver-set", without), ErrorKind::invalid);
    EXPECT_EQ(manager_->reloads(), 0);
}

} // namespace
} // namespace banger::privileged
