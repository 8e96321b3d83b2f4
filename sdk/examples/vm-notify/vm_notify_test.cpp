// vm-notify on the SDK's fake host: what it would send, and when.
#include <banger/test/fake_host.hpp>

#include <cstdio>

namespace {

int failures = 0;

void expect(bool holds, const std::string& what) {
    if (!holds) {
        std::printf("FAILED: %s\n", what.c_str());
        ++failures;
    }
}

/// The host, and the programs that the plugin has run in it.
struct Sent {
    explicit Sent(const char* plugin, const std::string& config) : host(plugin) {
        host.programs = [this](const banger::fake::Program& program, banger_call&) {
            programs.push_back(program);
            return answer;
        };
        host.begin(config);
    }
    void state(const std::string& vm, const std::string& state) {
        (void)host.event("vm.state",
                         R"({"at": "2026-01-01T00:00:00Z", "type": "vm.state", "vm": ")" + vm +
                             R"(", "id": "0123456789ab", "state": ")" + state + "\"}");
    }
    std::vector<banger::fake::Program> programs;
    banger::fake::ProgramEnd answer;
    banger::fake::Host host;
};

std::string config(const std::string& webhook, bool desktop, int per_minute) {
    return R"({"desktop":)" + std::string(desktop ? "true" : "false") + R"(,"per_minute":)" +
           std::to_string(per_minute) + R"(,"states":["running","crashed"],"webhook":")" + webhook +
           "\"}";
}

void a_webhook_is_told(const char* plugin) {
    Sent sent(plugin, config("https://example.org/x?a=b", false, 20));
    sent.state("web", "starting");
    expect(sent.programs.empty(), "a state that is not asked for is not told");
    sent.state("w\\\"eb", "running");
    expect(sent.programs.size() == 1, "one notice");
    const auto& curl = sent.programs.at(0);
    expect(curl.argv.front() == "curl" && curl.argv.back() == "https://example.org/x?a=b",
           "curl gets the URL, as the last word");
    expect(curl.input == R"({"vm":"w\"eb","state":"running"})", "the body: " + curl.input);
    sent.host.end();
    expect(sent.host.event("vm.state", "{}") == 0, "nothing is followed after the end");
    expect(sent.host.misuse().empty(), "the host is used as its headers say");
}

void the_desktop_is_told(const char* plugin) {
    Sent sent(plugin, config("", true, 20));
    sent.state("web", "crashed");
    expect(sent.programs.size() == 1 && sent.programs[0].argv.front() == "notify-send" &&
               sent.programs[0].argv.back() == "VM web: crashed",
           "notify-send with a line");
}

void many_are_few(const char* plugin) {
    Sent sent(plugin, config("http://example.org", false, 3));
    for (int i = 0; i < 10; ++i) {
        sent.state("web", "crashed");
    }
    expect(sent.programs.size() == 3, "three in a minute");
}

void failures_are_told(const char* plugin) {
    Sent sent(plugin, config("http://example.org", false, 3));
    sent.answer = {BANGER_OK, 22, {}, "404", {}};
    const auto failed = sent.host.action(BANGER_IFACE_CLI, "test");
    expect(failed.status == BANGER_E_UNAVAILABLE && failed.message == "curl ended with 22: 404",
           "curl's words: " + failed.message);
    sent.answer = {BANGER_E_NOT_FOUND, 0, {}, {}, "no such program: curl"};
    expect(sent.host.action(BANGER_IFACE_CLI, "test").message == "no such program: curl",
           "the host's words");
    const auto doctor = sent.host.action(BANGER_IFACE_DOCTOR, "programs");
    expect(doctor.ok() && doctor.printed().find("install curl") != std::string::npos,
           "doctor says what to do: " + doctor.printed());

    Sent none(plugin, config("", false, 3));
    expect(!none.host.action(BANGER_IFACE_CLI, "test").ok(), "nobody to tell");
    banger::fake::Host bad(plugin);
    expect(bad.create(config("ftp://x", false, 3)).status == BANGER_E_INVALID, "no web address");
    bad.absent.insert(BANGER_EXT_EVENTS);
    expect(sent.host.misuse().empty() && none.host.misuse().empty(),
           "the host is used as its headers say");
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::printf("usage: %s vm-notify.so\n", argv[0]);
        return 2;
    }
    a_webhook_is_told(argv[1]);
    the_desktop_is_told(argv[1]);
    many_are_few(argv[1]);
    failures_are_told(argv[1]);
    std::printf("%s\n", failures == 0 ? "ok" : "see above");
    return failures == 0 ? 0 : 1;
}
