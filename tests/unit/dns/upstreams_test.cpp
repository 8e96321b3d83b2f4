#include "upstreams.hpp"

#include <cstdlib>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dns {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
namespace fs = std::filesystem;
using namespace std::chrono_literals;

class UpstreamsTest : public testing::Test {
  protected:
    UpstreamsTest() {
        std::string pattern = (fs::temp_directory_path() / "dns.XXXXXX").string();
        folder_ = ::mkdtemp(pattern.data());
        source_ = {folder_ / "resolv.conf", folder_ / "behind", {}};
    }
    ~UpstreamsTest() override { fs::remove_all(folder_); }
    void write(const fs::path& file, const std::string& text) const { std::ofstream(file) << text; }
    static std::vector<std::string> texts(Upstreams& upstreams) {
        std::vector<std::string> result;
        for (const Endpoint& endpoint : upstreams.list()) {
            result.push_back(endpoint.text());
        }
        return result;
    }

    fs::path folder_;
    Upstreams::Source source_;
};

TEST_F(UpstreamsTest, ReadsWhatResolversRead) {
    EXPECT_THAT(name_servers("# nameserver 1.1.1.1\nsearch x\n  nameserver 192.0.2.1 # c\n"
                             "nameserver\nnameserver 2001:db8::1\nnameserver 192.0.2.1\n"),
                ElementsAre("192.0.2.1", "2001:db8::1"));
    write(source_.resolv_conf, "nameserver 192.0.2.1\nnameserver nonsense\n"
                               "nameserver 2001:db8::1\nnameserver 172.30.88.1\n");
    Upstreams upstreams(source_, {"172.30.88.1"});
    EXPECT_THAT(texts(upstreams), ElementsAre("192.0.2.1:53", "[2001:db8::1]:53"));
}

TEST_F(UpstreamsTest, LooksBehindTheStubOfResolved) {
    write(source_.resolv_conf, "nameserver 127.0.0.53\n");
    Upstreams without(source_, {});
    EXPECT_THAT(texts(without), ElementsAre("127.0.0.53:53"));
    write(source_.behind_stub, "nameserver 192.0.2.9\n");
    Upstreams with(source_, {});
    EXPECT_THAT(texts(with), ElementsAre("192.0.2.9:53"));
    write(source_.resolv_conf, "nameserver 127.0.0.53\nnameserver 192.0.2.1\n");
    Upstreams both(source_, {});
    EXPECT_THAT(texts(both), ElementsAre("127.0.0.53:53", "192.0.2.1:53"));
}

TEST_F(UpstreamsTest, ReadsAgainWhenTheFileChanged) {
    Upstreams upstreams(source_, {});
    EXPECT_THAT(texts(upstreams), IsEmpty()) << "no file";
    write(source_.resolv_conf, "nameserver 192.0.2.1\n");
    EXPECT_THAT(texts(upstreams), IsEmpty()) << "looked less than a second ago";
    std::this_thread::sleep_for(1100ms);
    EXPECT_THAT(texts(upstreams), ElementsAre("192.0.2.1:53"));
}

TEST_F(UpstreamsTest, FixedOnes) {
    source_.fixed = {"192.0.2.1", "192.0.2.2:5353", "2001:db8::1", "nonsense"};
    Upstreams upstreams(source_, {});
    EXPECT_THAT(texts(upstreams),
                ElementsAre("192.0.2.1:53", "192.0.2.2:5353", "[2001:db8::1]:53"));
}

TEST_F(UpstreamsTest, AGuestIsGivenWhatItCanAskItself) {
    source_.fixed = {"127.0.0.1", "192.0.2.1", "192.0.2.2:5353", "2001:db8::1", "192.0.2.3"};
    EXPECT_THAT(for_guests(Upstreams(source_, {}).list()), ElementsAre("192.0.2.1", "192.0.2.3"));
}

} // namespace
} // namespace dns
