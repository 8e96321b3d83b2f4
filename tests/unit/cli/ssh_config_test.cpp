#include "program.hpp"

#include "os/file.hpp"
#include "os/run.hpp"

#include <gmock/gmock.h>

#include <array>
#include <thread>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace banger::test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

/// The real ssh reads what is set up, and gets to nobody.
class SshConfig : public ProgramTest {
  protected:
    SshConfig() {
        start_daemon();
        vms({{"web", "running"}, {"db", "stopped"}});
        daemon->on("GET /v1/ssh-config", R"({"domain":"vm","text":"Host web.vm\n"})");
        os::write_file_atomic(paths.ssh_config(), std::string("Host *.vm\n  ProxyCommand '") +
                                                      BANGER_PROGRAM +
                                                      "' __ssh-proxy --other '%n' %h %p\n");
        std::filesystem::create_directories(file.parent_path());
    }
    [[nodiscard]] Result set_up(std::vector<std::string> words) const {
        words.insert(words.begin(), "ssh-config");
        words.insert(words.end(), {"--file", file.string()});
        return run(words);
    }
    const std::filesystem::path file = home.path() / ".ssh" / "config";
    const std::string line = "Include " + paths.ssh_config().string();
};

TEST_F(SshConfig, AddsOneLineOnceAndTakesItBack) {
    const std::string mine = "Host mine\n  User joe"; // no newline at the end
    os::write_file_atomic(file, mine);
    const Result first = set_up({"--yes"});
    EXPECT_EQ(first.code, 0) << first.err;
    EXPECT_THAT(first.out, HasSubstr("the line is in " + file.string() + ": ssh -F"));
    EXPECT_EQ(os::read_file(file), line + "\n" + mine);
    const Result second = set_up({});
    EXPECT_EQ(second.code, 0) << second.err;
    EXPECT_THAT(second.out, HasSubstr("has the line already"));
    EXPECT_EQ(os::read_file(file), line + "\n" + mine);
    const Result removed = set_up({"--remove"});
    EXPECT_EQ(removed.code, 0) << removed.err;
    EXPECT_EQ(os::read_file(file), mine);
    EXPECT_THAT(set_up({"--remove"}).err, HasSubstr("does not have the line"));
}

TEST_F(SshConfig, AFileOfItsOwnGoesWithTheLine) {
    EXPECT_EQ(set_up({"--yes"}).code, 0);
    EXPECT_EQ(os::read_file(file), line + "\n");
    EXPECT_THAT(set_up({"--remove"}).out, HasSubstr("is gone: it held nothing else"));
    EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(SshConfig, AsksOnATerminalAndNowhereElse) {
    const Result nobody = set_up({});
    EXPECT_EQ(nobody.code, 2);
    EXPECT_THAT(nobody.err, HasSubstr("hint: banger ssh-config --yes puts this at its top"));
    const auto answers = [](const char* answer) {
        return [answer, sent = false](const std::string& seen) mutable {
            const bool now = !sent && seen.find("[y/N]") != std::string::npos;
            sent = sent || now;
            return std::string(now ? answer : "");
        };
    };
    const std::vector<std::string> words{"ssh-config", "--file", file.string()};
    const Result no = run_on_terminal(words, answers("\n"));
    EXPECT_EQ(no.code, 1);
    EXPECT_THAT(no.out, HasSubstr(line));
    EXPECT_FALSE(std::filesystem::exists(file));
    EXPECT_EQ(run_on_terminal(words, answers("y\n")).code, 0);
    EXPECT_EQ(os::read_file(file), line + "\n");
}

TEST_F(SshConfig, KeepsWhatWasChangedWhileItAsked) {
    os::write_file_atomic(file, "Host old\n");
    const Result result = run_on_terminal({"ssh-config", "--file", file.string()},
                                          [this, sent = false](const std::string& seen) mutable {
                                              if (sent || seen.find("[y/N]") == std::string::npos) {
                                                  return std::string();
                                              }
                                              sent = true;
                                              os::write_file_atomic(file, "Host new\n");
                                              return std::string("y\n");
                                          });
    EXPECT_EQ(result.code, 0) << result.out;
    EXPECT_EQ(os::read_file(file), line + "\nHost new\n");
}

TEST_F(SshConfig, SaysWhenSshDoesNotHeedTheLine) {
    os::write_file_atomic(file, "NoSuchKeyword yes\n");
    const Result result = set_up({"--yes"});
    EXPECT_EQ(result.code, 1);
    EXPECT_THAT(result.err, HasSubstr("warning: ssh says: "));
    EXPECT_THAT(result.err, HasSubstr("nosuchkeyword"));
}

TEST_F(SshConfig, Prints) {
    EXPECT_EQ(run({"ssh-config", "--print"}).out, "Host web.vm\n");
    EXPECT_EQ(run({"vm", "ssh-config"}).out, "Host web.vm\n");
    EXPECT_FALSE(std::filesystem::exists(file));
    daemon->on("GET /v1/ssh-config", [](const FakeDaemon::Request& request) {
        FakeDaemon::Reply reply;
        if (request.query == "vm=wbe") {
            reply.status = 404;
            reply.body = problem("not_found", "no such VM");
        } else {
            reply.body = R"({"domain":"vm","text":"<)" + request.query + ">\"}";
        }
        return reply;
    });
    EXPECT_EQ(run({"vm", "ssh-config", "web", "db"}).out, "<vm=web><vm=db>");
    const Result unknown = run({"vm", "ssh-config", "wbe"});
    EXPECT_EQ(unknown.code, 3);
    EXPECT_THAT(unknown.err, HasSubstr("no VM named 'wbe'; did you mean 'web'?"));
}

/// One that takes a single connection, and sends back what it gets.
class Echo {
  public:
    Echo() : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* plain = reinterpret_cast<sockaddr*>(&address); // NOLINT(*-reinterpret-cast)
        EXPECT_EQ(::bind(fd_.get(), plain, size), 0);
        EXPECT_EQ(::listen(fd_.get(), 1), 0);
        EXPECT_EQ(::getsockname(fd_.get(), plain, &size), 0);
        port = std::to_string(ntohs(address.sin_port));
        thread_ = std::thread([this] {
            const os::UniqueFd peer(::accept(fd_.get(), nullptr, nullptr));
            std::array<char, 4096> bytes{};
            for (ssize_t n = 0; (n = ::read(peer.get(), bytes.data(), bytes.size())) > 0;) {
                os::write_all(peer.get(), {bytes.data(), static_cast<std::size_t>(n)}, "echo");
            }
        });
    }
    Echo(const Echo&) = delete;
    Echo& operator=(const Echo&) = delete;
    ~Echo() {
        ::shutdown(fd_.get(), SHUT_RDWR);
        thread_.join();
    }
    std::string port;

  private:
    os::UniqueFd fd_;
    std::thread thread_;
};

TEST_F(SshConfig, TheProxyJoinsSshAndTheVm) {
    daemon->on("GET /v1/vms/web/ssh", R"({"host":"127.0.0.1","port":22})");
    const Echo echo;
    const std::string bytes(300000, 'x');
    const Result result = run({"__ssh-proxy", "web", "127.0.0.1", echo.port}, bytes);
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_EQ(result.out.size(), bytes.size());
    EXPECT_EQ(result.out, bytes);
}

TEST_F(SshConfig, TheProxySaysWhyThereIsNoConnection) {
    daemon->on("GET /v1/vms/db/ssh",
               problem("conflict", "VM db is stopped", "start it with: banger vm start db"), 409);
    const Result stopped = run({"__ssh-proxy", "db", "127.0.0.1", "22"});
    EXPECT_EQ(stopped.code, 1);
    EXPECT_EQ(stopped.err, "error: VM db is stopped\nhint: start it with: banger vm start db\n");
    const auto other = [&](const char* name) {
        return run({"__ssh-proxy", "--other", name, name, "22"});
    };
    EXPECT_THAT(other("wbe.vm").err, HasSubstr("error: no VM named 'wbe'; did you mean 'web'?"));
    EXPECT_THAT(other("a.nosuch.vm").err, HasSubstr("error: no VM named 'nosuch'"));
    EXPECT_THAT(other("Web.vm").err, HasSubstr("small letters\nhint: ssh web.vm"));
    EXPECT_THAT(other("web.vm").err, HasSubstr("ssh is not told yet of VM web"));
    EXPECT_EQ(run({"__ssh-proxy", "web"}).code, 2);
}

TEST_F(SshConfig, TheProxyLetsTheUsersOwnHostsBe) {
    const Echo echo;
    const Result named =
        run({"__ssh-proxy", "--other", "mine.vm", "127.0.0.1", echo.port}, "hello");
    EXPECT_EQ(named.out, "hello");
    EXPECT_THAT(daemon->requests(), testing::IsEmpty());
}

TEST_F(SshConfig, TheRealSshSaysIt) {
    daemon->on("GET /v1/vms/db/ssh",
               problem("conflict", "VM db is stopped", "start it with: banger vm start db"), 409);
    os::write_file_atomic(paths.ssh_config(), std::string("Host db.vm\n  ProxyCommand '") +
                                                  BANGER_PROGRAM + "' __ssh-proxy db %h %p\n");
    os::write_file_atomic(file, line + "\n");
    os::RunOptions options;
    options.env = environment();
    const os::Output told = os::run({"ssh", "-F", file.string(), "db.vm", "true"}, options);
    EXPECT_EQ(told.status.code, 255);
    EXPECT_THAT(told.err, StartsWith("error: VM db is stopped\nhint: start it with:"));
}

} // namespace
} // namespace banger::test
