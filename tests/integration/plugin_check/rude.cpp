// Breaks one rule of the host, as its settings say: {"do":"crash"}.
#include <banger/plugin.hpp>

#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace {

class Rude {
  public:
    static constexpr const char* id = "rude";
    static constexpr const char* name = "Rude";
    static constexpr const char* version = "1.0.0";
    static constexpr const char* config_schema =
        R"({"properties":{"do":{"type":"string","default":"nothing"}}})";
    static constexpr banger_option options[] = {
        banger::option("level", "level", R"({"type":"integer","default":3})")};

    Rude(banger::Host host, banger::Call& call, std::string_view config)
        : kv_(host), vms_(host), config_(config), created_(call.raw()) {
        if (does("take-in-create")) {
            kv_.set(call, "made", "yes");
        }
        if (does("throw-out")) {
            throw banger::Error(BANGER_E_INVALID, "do: must be kind");
        }
    }
    void on_start(banger::Call&) {
        if (does("exit")) {
            std::exit(7); // NOLINT
        }
        if (does("leak-thread") || does("open-thread")) {
            stop_ = false;
            std::thread([this] {
                while (!stop_) {
                    ::usleep(1000);
                }
            }).detach();
        }
        if (does("chdir") && ::chdir("/tmp") != 0) {
            return;
        }
        if (does("environment")) {
            ::setenv("RUDE", "1", 1);
        }
        if (does("handler")) {
            ::signal(SIGUSR1, SIG_IGN); // NOLINT
        }
        if (does("fork")) {
            (void)::fork();
        }
        if (does("leave-process") && ::fork() == 0) {
            ::setsid();
            for (;;) {
                ::pause();
            }
        }
        if (does("close-streams")) {
            ::close(STDIN_FILENO);
            ::close(STDOUT_FILENO);
        }
        if (does("limit")) {
            rlimit files{};
            ::getrlimit(RLIMIT_NOFILE, &files);
            files.rlim_cur = 64;
            ::setrlimit(RLIMIT_NOFILE, &files);
        }
        if (does("chatter")) {
            const std::string line(1023, 'x');
            for (int i = 0; i < 2000; ++i) {
                std::puts(line.c_str());
            }
            std::fflush(stdout);
        }
        if (does("leak-fd")) {
            (void)::open("/dev/null", O_RDONLY | O_CLOEXEC);
        }
    }
    ~Rude() { stop_ = !does("leak-thread"); }
    void before_start(banger::Call& call, const banger::Vm& vm) {
        if (does("crash")) {
            ::raise(SIGSEGV);
        }
        if (does("crash-and-leave")) { // a process that holds whatever this one has open
            if (::fork() == 0) {
                ::sleep(3600);
            }
            ::raise(SIGSEGV);
        }
        if (does("silent")) {
            (void)::close_range(3, ~0U, 0);
            ::sleep(3600);
        }
        if (does("late")) {
            banger::Call(created_).emit_text("late");
        }
        if (does("stubborn")) {
            std::this_thread::sleep_for(std::chrono::milliseconds(2300));
        }
        if (does("refuse")) {
            throw banger::Error(BANGER_E_CONFLICT, "not today");
        }
        call.cookie("held");
        kv_.set(call, vm.id(), "held");
    }
    void contribute(banger::Call& call, const banger::Vm&, banger::GuestConfig& guest) {
        if (does("slow")) {
            std::this_thread::sleep_for(std::chrono::milliseconds(2600));
        }
        if (does("impure")) {
            kv_.set(call, "contributed", std::to_string(++count_));
        }
        guest.kernel_arg("count", does("fickle") ? std::to_string(++count_) : "1");
    }
    void undo(banger::Call& call, const banger::Vm& vm, std::uint32_t, std::uint32_t flags) {
        if (does("undo-once") && !kv_.find(call, vm.id())) {
            throw banger::Error(BANGER_E_INTERNAL, "nothing is held");
        }
        if (does("strict") && flags > 3) {
            throw banger::Error(BANGER_E_INTERNAL, "flags");
        }
        kv_.remove(call, vm.id());
    }
    void list(banger::Call& call, const banger::Vm&) {
        if (does("hold-on")) {
            call.emit_json(R"({"kind":"tap","name":"x","vm":null,"state":"in-use"})");
        }
    }
    void list_all(banger::Call& call) {
        if (does("bad-object")) {
            call.emit_json(R"({"kind":"tap","name":"x","vm":null,"state":"lost"})");
        }
    }
    void examine(banger::Call& call, std::string_view) {
        call.emit_json(does("bad-doctor") ? R"({"severity":"fine","title":"x"})"
                                          : R"({"severity":"ok","title":"x"})");
    }
    void ask(banger::Call& call, std::string_view) {
        if (does("odd-ask")) {
            throw std::out_of_range("key 'started_at' not found");
        }
        if (does("refuse-ask")) {
            throw banger::Error(BANGER_E_CONFLICT, "not now");
        }
        if (does("uptimes") && vms_.list(call).find(R"("started_at":"20)") == std::string::npos) {
            throw banger::Error(BANGER_E_INTERNAL, "no VM says since when it runs");
        }
        if (does("two-answers")) {
            call.emit_json(R"({"count":2})");
        }
        call.emit_json(does("bad-answer") ? R"({"count":"many"})" : R"({"count":1})");
    }
    void page(banger::Call& call, std::string_view) {
        if (!does("bad-page")) {
            call.emit(BANGER_EMIT_MIME, "text/html");
        }
        call.emit(BANGER_EMIT_BYTES, "<p>");
    }
    static constexpr banger_action doctor[] = {
        banger::action<&Rude::examine>("state", "is it well")};
    static constexpr banger_action rpc[] = {banger::action<&Rude::ask>(
        "ask", "asks", nullptr, R"({"properties":{"count":{"type":"integer"}}})")};
    static constexpr banger_action web_panel[] = {banger::action<&Rude::page>("page", "a page")};

  private:
    [[nodiscard]] bool does(std::string_view what) const {
        return config_.find("\"" + std::string(what) + "\"") != std::string::npos;
    }
    banger::Kv kv_;
    banger::VmQuery vms_;
    std::string config_;
    banger_call* created_;
    int count_ = 0;
    inline static volatile bool stop_ = false;
};

} // namespace

BANGER_PLUGIN(Rude)
