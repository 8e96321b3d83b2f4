#include "host_resolver.hpp"

#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

namespace dns {
namespace {

namespace fs = std::filesystem;

class HostResolverTest : public testing::Test {
  protected:
    HostResolverTest() {
        std::string pattern = (fs::temp_directory_path() / "dns.XXXXXX").string();
        root_ = ::mkdtemp(pattern.data());
    }
    ~HostResolverTest() override { fs::remove_all(root_); }
    void write(const fs::path& file, const std::string& text = {}) const {
        fs::create_directories((root_ / file).parent_path());
        std::ofstream(root_ / file) << text;
    }
    fs::path root_;
};

TEST_F(HostResolverTest, ResolvedWhereItRunsAndCanBeTold) {
    EXPECT_EQ(find_host_resolver(root_), HostResolver::none);
    write("usr/bin/resolvectl");
    EXPECT_EQ(find_host_resolver(root_), HostResolver::none) << "installed, but it does not run";
    write("run/systemd/resolve/resolv.conf");
    EXPECT_EQ(find_host_resolver(root_), HostResolver::resolved);
}

TEST_F(HostResolverTest, NetworkManagerWhereItRunsDnsmasq) {
    write("usr/bin/nmcli");
    fs::create_directories(root_ / "run/NetworkManager");
    fs::create_directories(root_ / "etc/NetworkManager/dnsmasq.d");
    EXPECT_EQ(find_host_resolver(root_), HostResolver::none);
    write("etc/NetworkManager/conf.d/a.conf", "[main]\n#dns=dnsmasq\n");
    EXPECT_EQ(find_host_resolver(root_), HostResolver::none);
    write("etc/NetworkManager/conf.d/b.conf", "[main]\ndns = dnsmasq\n");
    EXPECT_EQ(find_host_resolver(root_), HostResolver::networkmanager);
}

} // namespace
} // namespace dns
