#include "shell_socket.hpp"
#include "web_plugin.hpp"
#include "web_socket.hpp"

namespace web::test {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::Not;

/// The plugin's own library, and a socket at which it asks for shells.
class Terminal : public WebPlugin {
  protected:
    Terminal() {
        be("running");
        host.answers["GET /v1/daemon"] =
            json{{"version", "1.2.3"}, {"paths", {{"socket", shells.path()}}}}.dump();
        host.begin(config());
    }
    void be(const std::string& state) {
        host.answers["GET /v1/vms"] =
            json{{"vms", {{{"id", "vm-1"}, {"name", "testbox"}, {"state", state}}}}}.dump();
    }
    void becomes(const std::string& state) {
        be(state);
        host.event(
            "vm.state",
            json{{"type", "vm.state"}, {"vm", "testbox"}, {"id", "vm-1"}, {"state", state}}.dump());
    }
    /// Of a form of ours.
    [[nodiscard]] std::string token(const std::string& at) const {
        RawClient client(port);
        const auto page =
            client.ask("GET /vms/testbox/terminal HTTP/1.1\r\nHost: " + at + "\r\n\r\n");
        const std::string before = R"(name="csrf" value=")";
        const std::size_t begin = page.body.find(before) + before.size();
        return page.body.substr(begin, page.body.find('"', begin) - begin);
    }
    [[nodiscard]] RawClient::Answer ask_for_ticket(const std::string& form,
                                                   const std::string& at) const {
        RawClient client(port);
        return client.ask("POST /vms/testbox/terminal HTTP/1.1\r\nHost: " + at +
                          "\r\nOrigin: http://" + at + "\r\nX-Banger-CSRF: " + token(at) +
                          "\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                          "Content-Length: " +
                          std::to_string(form.size()) + "\r\n\r\n" + form);
    }
    /// Address of a WebSocket that is good once.
    [[nodiscard]] std::string ticket(const std::string& form = "rows=30&columns=100") const {
        return json::parse(ask_for_ticket(form, own_host()).body).at("href");
    }
    [[nodiscard]] std::string upgrade(const std::string& href, const std::string& more) const {
        return "GET " + href + " HTTP/1.1\r\nHost: " + own_host() + "\r\n" +
               WebSocket::upgrade(more) + "\r\n";
    }
    [[nodiscard]] std::string own_origin() const { return "Origin: http://" + own_host() + "\r\n"; }
    [[nodiscard]] WebSocket open(const std::string& href) const {
        return WebSocket(port, upgrade(href, own_origin()));
    }

    ShellSocket shells;
};

TEST_F(Terminal, IsAShellInTheGuest) {
    WebSocket page = open(ticket());
    ASSERT_EQ(page.status(), 101);
    const auto program = shells.begin();
    ASSERT_NE(program, nullptr);
    EXPECT_THAT(program->request(), HasSubstr("POST /v1/vms/testbox/exec HTTP/1.1\r\n"));
    EXPECT_THAT(program->request(), HasSubstr("Upgrade: banger-exec/1\r\n"));
    const json asked = json::parse(program->request().substr(program->request().find("\r\n\r\n")));
    EXPECT_EQ(asked.at("tty"), true);
    EXPECT_EQ(asked.at("rows"), 30);
    EXPECT_EQ(asked.at("columns"), 100);
    EXPECT_EQ(asked.at("env").at("TERM"), "xterm-256color");
    const json hello = page.told();
    EXPECT_FALSE(hello.at("session").get<std::string>().empty());
    EXPECT_EQ(hello.at("at"), 0);
    EXPECT_EQ(hello.at("replay"), 0);
    EXPECT_EQ(page.told().at("live"), true);
    program->print("root@testbox:~# ");
    EXPECT_EQ(page.printed(16), "root@testbox:~# ");
    page.type("echo \xe4\xbd\xa0\xe5\xa5\xbd\r");
    EXPECT_EQ(program->typed_until("\r"), "echo \xe4\xbd\xa0\xe5\xa5\xbd\r");
    page.say({{"rows", 40}, {"columns", 120}});
    EXPECT_EQ(program->resized(), "40x120");
    program->print("bye\r\n");
    program->end(R"({"exit":3})");
    EXPECT_EQ(page.printed(5), "bye\r\n");
    const json end = page.told();
    EXPECT_EQ(end.at("end"), exited);
    EXPECT_EQ(end.at("text"), "exit status 3");
    EXPECT_EQ(page.closed_with(), exited);
    EXPECT_TRUE(page.client().ends_within(milliseconds(5000)));
}

TEST_F(Terminal, OpensToItsOwnPagesAlone) { // T6
    const std::string port_of = std::to_string(port);
    const std::string good = ticket();
    for (const std::string& origin :
         {std::string(), std::string("Origin: null\r\n"),
          std::string("Origin: http://evil.test\r\n"),
          std::string("Origin: http://127.0.0.1:8080\r\n"),
          "Origin: https://" + own_host() + "\r\n", "Origin: http://localhost:" + port_of + "\r\n",
          "Origin: http://" + own_host() + "/\r\n", own_origin() + own_origin(),
          std::string("Origin: \r\n")}) {
        const WebSocket page(port, upgrade(good, origin));
        EXPECT_TRUE(page.status() == 403 || page.status() == 400) << origin << page.status();
    }
    EXPECT_EQ(
        WebSocket(port, upgrade(good, own_origin() + "Sec-Fetch-Site: same-site\r\n")).status(),
        403);
    EXPECT_EQ(
        WebSocket(port, "GET " + good + " HTTP/1.1\r\nHost: evil.test:" + port_of + "\r\n" +
                            WebSocket::upgrade("Origin: http://evil.test:" + port_of + "\r\n\r\n"))
            .status(),
        421);
    EXPECT_EQ(shells.begin(milliseconds(200)), nullptr);
    EXPECT_EQ(open(good).status(), 101); // none of these has used it up
    EXPECT_NE(shells.begin(), nullptr);
}

TEST_F(Terminal, OpensOncePerTicket) { // T6
    const std::string href = ticket();
    EXPECT_EQ(open(href).status(), 101);
    EXPECT_NE(shells.begin(), nullptr);
    for (const std::string& other :
         {href, std::string("/ws/terminal"), std::string("/ws/terminal?ticket="),
          "/ws/terminal?ticket=" + std::string(43, 'A'), href + "x", "/ws/terminal?x=" + href}) {
        EXPECT_EQ(open(other).status(), 403) << other;
    }
    // One that was asked for under another name of ours is of another origin.
    const auto elsewhere = ask_for_ticket("", "localhost:" + std::to_string(port));
    const std::string theirs = json::parse(elsewhere.body).at("href");
    EXPECT_EQ(open(theirs).status(), 403);
    EXPECT_EQ(open(theirs).status(), 403);
    EXPECT_EQ(shells.begin(milliseconds(200)), nullptr);
}

TEST_F(Terminal, GivesTicketsToItsOwnFormsAlone) {                   // T6, T3
    EXPECT_EQ(post("/vms/testbox/terminal", "rows=24").status, 403); // no token
    RawClient client(port);
    EXPECT_EQ(client
                  .ask("POST /vms/testbox/terminal HTTP/1.1\r\nHost: " + own_host() +
                       "\r\nOrigin: http://evil.test\r\nX-Banger-CSRF: " + token(own_host()) +
                       "\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                       "Content-Length: 0\r\n\r\n")
                  .status,
              403);
    EXPECT_EQ(post("/vms/nosuch/terminal", "csrf=" + token(own_host())).status, 404);
    EXPECT_EQ(get("/ws/terminal?ticket=x").status, 426);
    EXPECT_EQ(post("/ws/terminal?ticket=x", "csrf=" + token(own_host())).status, 405);
}

TEST_F(Terminal, IsTheOneThingThatBecomesAWebSocket) {
    for (const char* path : {"/", "/vms", "/vms/testbox/terminal", "/healthz"}) {
        EXPECT_EQ(WebSocket(port, upgrade(path, own_origin())).status(), 200) << path;
        EXPECT_EQ(WebSocket(port, upgrade(path, "")).status(), 403) << path;
    }
    for (const char* path : {"/ws", "/ws/", "/ws/terminal/", "/ws/terminal/x", "/nosuch"}) {
        EXPECT_EQ(WebSocket(port, upgrade(path, own_origin())).status(), 404) << path;
    }
    const std::string href = ticket();
    const std::string head =
        "GET " + href + " HTTP/1.1\r\nHost: " + own_host() + "\r\n" + own_origin();
    RawClient other(port);
    EXPECT_EQ(other.ask(head + "Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n").status, 426);
    RawClient hasty(port);
    EXPECT_EQ(hasty.ask(head + WebSocket::upgrade() + "\r\n\x82\x80xxxx").status, 400);
}

TEST_F(Terminal, OutlivesItsPage) {
    WebSocket page = open(ticket());
    const auto program = shells.begin();
    const std::string session = page.told().at("session");
    program->print("before\r\n");
    EXPECT_EQ(page.printed(8), "before\r\n");
    page.close();
    program->print("meanwhile\r\n");
    const std::string known = "session=" + session + "&rows=24&columns=80";
    WebSocket loaded_anew = open(ticket(known));
    json hello = loaded_anew.told();
    EXPECT_EQ(hello.at("session"), session);
    EXPECT_EQ(hello.at("at"), 0);
    EXPECT_EQ(loaded_anew.printed(19), "before\r\nmeanwhile\r\n");
    EXPECT_EQ(program->resized(), "24x80");
    loaded_anew.close();
    WebSocket back = open(ticket(known + "&seen=8"));
    hello = back.told();
    EXPECT_EQ(hello.at("at"), 8);
    EXPECT_EQ(hello.at("replay"), 11);
    EXPECT_EQ(back.printed(11), "meanwhile\r\n");
    back.close();
    // A page that knows of none gets the one that was left.
    WebSocket other = open(ticket());
    EXPECT_EQ(other.told().at("session"), session);
    other.type("x");
    EXPECT_EQ(program->typed(1), "x");
    // Unless it wants another.
    WebSocket fresh = open(ticket("fresh=1&session=" + session));
    EXPECT_NE(fresh.told().at("session"), session);
    EXPECT_NE(shells.begin(), nullptr);
}

TEST_F(Terminal, IsOfOnePageAtATime) {
    WebSocket first = open(ticket());
    const auto program = shells.begin();
    const std::string session = first.told().at("session");
    WebSocket second = open(ticket("session=" + session));
    EXPECT_EQ(second.told().at("session"), session);
    EXPECT_EQ(first.closed_with(), replaced);
    first.type("no");
    second.type("yes");
    EXPECT_EQ(program->typed_until("yes"), "yes");
    // A second page that knows of none has one of its own.
    WebSocket third = open(ticket());
    EXPECT_NE(third.told().at("session"), session);
    EXPECT_NE(shells.begin(), nullptr);
}

TEST_F(Terminal, EndsWithItsVmAndKeepsWhatItWrote) {
    WebSocket page = open(ticket());
    const auto program = shells.begin();
    const std::string session = page.told().at("session");
    program->print("last words");
    EXPECT_EQ(page.printed(10), "last words");
    becomes("stopped");
    EXPECT_EQ(page.closed_with(), vm_stopped);
    EXPECT_TRUE(program->hung_up());
    WebSocket later = open(ticket("session=" + session));
    EXPECT_EQ(later.told().at("session"), session);
    EXPECT_EQ(later.printed(10), "last words");
    EXPECT_EQ(later.closed_with(), vm_stopped);
    WebSocket none = open(ticket());
    EXPECT_EQ(none.told().at("end"), vm_stopped);
    EXPECT_EQ(none.closed_with(), vm_stopped);
    becomes("running");
    WebSocket again = open(ticket("session=" + session)); // which is of the VM's last run
    EXPECT_NE(again.told().at("session"), session);
    EXPECT_NE(shells.begin(), nullptr);
}

TEST_F(Terminal, TakesTheEndOfAStoppingGuestForTheVms) {
    WebSocket page = open(ticket());
    const auto program = shells.begin();
    EXPECT_TRUE(page.told().contains("session"));
    becomes("stopping");
    program->end(R"({"signal":1})"); // systemd ends what runs in the guest
    EXPECT_EQ(page.closed_with(), vm_stopped);
}

TEST_F(Terminal, SaysWhyThereIsNoShell) {
    WebSocket page = open(ticket());
    EXPECT_TRUE(page.told().contains("session"));
    shells.refuse(503, R"({"error":{"kind":"unavailable","message":"no agent answers in testbox",
                           "hint":"switch the plugin vsock on"}})");
    const json end = page.told();
    EXPECT_EQ(end.at("end"), failed);
    EXPECT_EQ(end.at("text"), "no agent answers in testbox");
    EXPECT_EQ(end.at("hint"), "switch the plugin vsock on");
    EXPECT_EQ(page.closed_with(), failed);
    WebSocket second = open(ticket());
    EXPECT_TRUE(second.told().contains("session"));
    const auto program = shells.begin();
    program->raw("\x07 rubbish, and no frame");
    EXPECT_EQ(second.closed_with(), failed);
}

TEST_F(Terminal, EndsWithTheConsole) {
    WebSocket page = open(ticket());
    const auto program = shells.begin();
    EXPECT_TRUE(page.told().contains("session"));
    WebSocket left = open(ticket());
    const auto alone = shells.begin();
    EXPECT_TRUE(left.told().contains("session"));
    left.close();
    host.end();
    EXPECT_EQ(page.closed_with(), going_away);
    EXPECT_TRUE(program->hung_up());
    EXPECT_TRUE(alone->hung_up());
    host.begin(config());
}

TEST_F(Terminal, TellsTheLogNothing) {
    const std::string href = ticket();
    WebSocket page = open(href);
    const auto program = shells.begin();
    EXPECT_TRUE(page.told().contains("session"));
    page.type("secret");
    EXPECT_EQ(program->typed(6), "secret");
    EXPECT_EQ(open(href).status(), 403);
    EXPECT_EQ(WebSocket(port, upgrade(href, "")).status(), 403);
    const std::string used = href.substr(href.find('=') + 1);
    for (const auto& line : host.recorded().log) {
        EXPECT_THAT(line.text, Not(HasSubstr("secret")));
        EXPECT_THAT(line.text, Not(HasSubstr(used)));
    }
}

} // namespace
} // namespace web::test
