#include "builder/download.hpp"

#include "builder/digest.hpp"
#include "builder/interrupt.hpp"
#include "file_server.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "os/temporary_dir.hpp"

#include <csignal>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

namespace banger::bundle {
namespace {

namespace fs = std::filesystem;
using os::ErrorKind;
using test::FileServer;
using test::Reply;
using testing::HasSubstr;

const std::string content = [] {
    std::string text;
    for (int i = 0; i < 20000; ++i) {
        text += "line " + std::to_string(i) + "\n";
    }
    return text;
}();

/// A server that knows ranges.
Reply ranged(std::size_t offset, std::size_t until = std::string::npos) {
    if (offset >= content.size()) {
        return {.status = 416,
                .head = "Content-Range: bytes */" + std::to_string(content.size()) + "\r\n",
                .body = {}};
    }
    Reply reply{.status = offset == 0 ? 200 : 206, .head = {}, .body = content.substr(offset)};
    if (offset != 0) {
        reply.head = "Content-Range: bytes " + std::to_string(offset) + "-" +
                     std::to_string(content.size() - 1) + "/" + std::to_string(content.size()) +
                     "\r\n";
    }
    reply.length = reply.body.size();
    reply.body.resize(std::min(reply.body.size(), until));
    return reply;
}

class DownloadTest : public testing::Test {
  protected:
    ErrorKind failure(const Source& source, std::string* text = nullptr) {
        try {
            fetch(source, target, interrupt);
        } catch (const os::Error& error) {
            if (text != nullptr) {
                *text = std::string(error.what()) + " / " + error.hint();
            }
            return error.kind();
        }
        ADD_FAILURE() << "fetch succeeded";
        return ErrorKind::internal;
    }

    Interrupt interrupt;
    os::TemporaryDir dir;
    fs::path target = dir.path() / "file";
    fs::path part = dir.path() / "file.part";
};

TEST_F(DownloadTest, PutsTheVerifiedFileInPlace) {
    FileServer server([](std::size_t offset, int) { return ranged(offset); });
    fetch({.url = server.url(), .path = {}, .sha256 = sha256(content)}, target, interrupt);
    EXPECT_EQ(os::read_file(target), content);
    EXPECT_FALSE(fs::exists(part));
    fetch({.url = server.url(), .path = {}, .sha256 = sha256(content)}, target, interrupt);
    EXPECT_EQ(server.requests(), 1) << "a file that is there and right is not fetched again";
}

TEST_F(DownloadTest, ContinuesWhereTheConnectionBroke) {
    std::vector<std::size_t> offsets;
    FileServer server([&](std::size_t offset, int number) {
        offsets.push_back(offset);
        return ranged(offset, number == 0 ? 100000 : std::string::npos);
    });
    fetch({.url = server.url(), .path = {}, .sha256 = sha256(content)}, target, interrupt);
    EXPECT_EQ(os::read_file(target), content);
    EXPECT_THAT(offsets, testing::ElementsAre(0U, 100000U));
}

TEST_F(DownloadTest, ContinuesAnEarlierRun) {
    os::write_file_atomic(part, content.substr(0, 5000), 0644);
    FileServer server([](std::size_t offset, int) {
        EXPECT_EQ(offset, 5000U);
        return ranged(offset);
    });
    fetch({.url = server.url(), .path = {}, .sha256 = sha256(content)}, target, interrupt);
    EXPECT_EQ(os::read_file(target), content);
}

TEST_F(DownloadTest, AServerWithoutRangesIsReadFromTheStart) {
    os::write_file_atomic(part, content.substr(0, 5000), 0644);
    FileServer server([](std::size_t, int) { return Reply{.body = content}; });
    fetch({.url = server.url(), .path = {}, .sha256 = sha256(content)}, target, interrupt);
    EXPECT_EQ(os::read_file(target), content);
}

TEST_F(DownloadTest, ACompletePartNeedsNoMoreBytes) {
    os::write_file_atomic(part, content, 0644);
    FileServer server([](std::size_t offset, int) { return ranged(offset); });
    fetch({.url = server.url(), .path = {}, .sha256 = sha256(content)}, target, interrupt);
    EXPECT_EQ(os::read_file(target), content);
}

TEST_F(DownloadTest, AWrongPartIsGivenUpAndFetchedAfresh) {
    os::write_file_atomic(part, std::string(content.size(), 'x'), 0644);
    FileServer server([](std::size_t offset, int) { return ranged(offset); });
    fetch({.url = server.url(), .path = {}, .sha256 = sha256(content)}, target, interrupt);
    EXPECT_EQ(os::read_file(target), content);
}

TEST_F(DownloadTest, TheWrongContentGetsNoName) {
    FileServer server([](std::size_t offset, int) { return ranged(offset); });
    std::string text;
    EXPECT_EQ(failure({.url = server.url(), .path = {}, .sha256 = std::string(64, '0')}, &text),
              ErrorKind::invalid);
    EXPECT_THAT(
        text, testing::AllOf(HasSubstr(sha256(content)), HasSubstr("0000"), HasSubstr("manifest")));
    EXPECT_TRUE(fs::is_empty(dir.path()));
}

TEST_F(DownloadTest, GivesUpWithTheReasonAndKeepsThePart) {
    FileServer server([](std::size_t offset, int) { return ranged(offset, 10); });
    std::string text;
    EXPECT_EQ(failure({.url = server.url(), .path = {}, .sha256 = sha256(content)}, &text),
              ErrorKind::unavailable);
    EXPECT_THAT(text, HasSubstr("continues where it stopped"));
    EXPECT_TRUE(fs::exists(part));
    EXPECT_FALSE(fs::exists(target));
}

TEST_F(DownloadTest, AMissingFileIsNotAskedForTwice) {
    FileServer server([](std::size_t, int) { return Reply{.status = 404, .body = "no"}; });
    std::string text;
    EXPECT_EQ(failure({.url = server.url(), .path = {}, .sha256 = sha256(content)}, &text),
              ErrorKind::unavailable);
    EXPECT_THAT(text, testing::AllOf(HasSubstr("404"), HasSubstr(server.url())));
    EXPECT_EQ(server.requests(), 1);
}

TEST_F(DownloadTest, ARefusedConnectionFailsAtOnce) {
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(failure({.url = "http://127.0.0.1:1/x", .path = {}, .sha256 = sha256(content)}),
              ErrorKind::unavailable);
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
}

TEST_F(DownloadTest, AnInterruptEndsIt) {
    FileServer server([](std::size_t offset, int) {
        ::kill(::getpid(), SIGINT);
        return ranged(offset, 1000);
    });
    std::string text;
    EXPECT_EQ(failure({.url = server.url(), .path = {}, .sha256 = sha256(content)}, &text),
              ErrorKind::cancelled);
    EXPECT_FALSE(fs::exists(target));
}

/// The size limit of this process stands for a disk that is full: both fail the write.
TEST_F(DownloadTest, AFullDiskIsSaid) {
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    const rlimit small{.rlim_cur = 50000, .rlim_max = before.rlim_max};
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &small);
    FileServer server([](std::size_t offset, int) { return ranged(offset); });
    std::string text;
    const ErrorKind kind =
        failure({.url = server.url(), .path = {}, .sha256 = sha256(content)}, &text);
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    EXPECT_EQ(kind, ErrorKind::exhausted);
    EXPECT_THAT(text, HasSubstr(part.string()));
    EXPECT_FALSE(fs::exists(target));
}

TEST_F(DownloadTest, ALocalFileIsCopiedAndChecked) {
    const fs::path source = dir.path() / "source";
    os::write_file_atomic(source, content, 0644);
    fetch({.url = {}, .path = source, .sha256 = sha256(content)}, target, interrupt);
    EXPECT_EQ(os::read_file(target), content);
    fs::remove(target);
    EXPECT_EQ(failure({.url = {}, .path = source, .sha256 = std::string(64, 'a')}),
              ErrorKind::invalid);
    EXPECT_FALSE(fs::exists(target));
    EXPECT_EQ(failure({.url = {}, .path = dir.path() / "absent", .sha256 = {}}),
              ErrorKind::not_found);
}

} // namespace
} // namespace banger::bundle
