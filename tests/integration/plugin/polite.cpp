// A plugin in C++ that uses what the SDK offers; the tests ask it by its verbs.
#include <banger/plugin.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include <poll.h>

namespace {

class Polite {
  public:
    static constexpr const char* id = "polite";
    static constexpr const char* name = "Polite";
    static constexpr const char* version = "2.1.0";
    static constexpr const char* summary = "uses everything";
    static constexpr const char* requires_ext[] = {BANGER_EXT_KV, BANGER_EXT_EVENTS, nullptr};
    static constexpr bool concurrent = true;
    static constexpr bool gives_network = true;
    static constexpr std::uint32_t hook_timeout_ms = 15000;

    Polite(banger::Host host, banger::Call&, std::string_view) : host_(host), kv_(host) {}

    void init(banger::Call&) {
        subscription_.emplace(host_, "vm.", [this](banger::Call&, std::string_view event) {
            last_event_ = std::string(event);
            ++events_;
        });
        thread_.emplace(host_, "waiter", [this](banger::Call& call) {
            kv_.set(call, "thread", "was here");
            pollfd end{call.cancel_fd(), POLLIN, 0};
            ::poll(&end, 1, -1);
        });
    }

    void undo(banger::Call&, const banger::Vm&, std::uint32_t, std::uint32_t) {}
    void before_start(banger::Call& call, const banger::Vm& vm) {
        banger::Undo taken([&] { kv_.set(call, "undone", vm.name()); });
        throw banger::Error(BANGER_E_UNAVAILABLE, "no table is free", "come back later");
    }
    void after_stop(banger::Call&, const banger::Vm&) { throw std::out_of_range("chair"); }
    void before_stop(banger::Call&, const banger::Vm&) { throw 42; }
    void contribute(banger::Call&, const banger::Vm&, banger::GuestConfig& guest) {
        guest.kernel_arg("polite", "yes");
        guest.nic("eth0", "bgrtest0", "02:00:00:00:00:07", 1400);
        guest.drive("extra", "/var/empty/extra.img", true);
        guest.file("/etc/polite", "hello", 0600);
        guest.kernel_arg("console", "nowhere"); // the host's own
    }

    void remember(banger::Call& call, std::string_view args) {
        if (!kv_.find(call, "note")) {
            kv_.set(call, "note", args);
        }
        call.emit_text(*kv_.find(call, "note"));
        call.emit_json(kv_.list(call));
        kv_.remove(call, "note");
    }
    void network(banger::Call& call, std::string_view) {
        const banger::NetworkInfo info(host_);
        const banger_network& net = info.network(call);
        call.emit_text(std::string(banger::view(net.bridge)) + " " +
                       std::string(banger::view(net.subnet)) + " " +
                       std::to_string(net.prefix_length) + " " + std::to_string(net.owner_uid));
        call.emit_text(banger::view(info.find(call, "0123456789ab")->mac));
        call.emit_text(info.find(call, "ffffffffffff") ? "found" : "no such VM");
    }
    void step(banger::Call& call, std::string_view) {
        const banger::Privileged privileged(host_);
        call.emit_json(privileged.run(call, "tap-create", R"({"tap":"bgr1"})"));
        privileged.run(call, "tap-refuse", "{}");
    }
    void run(banger::Call& call, std::string_view) {
        const banger::Exec exec(host_);
        std::string heard;
        const banger_exec_result& result =
            exec.run(call, {"sh", "-c", "cat; pwd >&2; exit 3"}, "in and out",
                     [&](int stream, std::string_view bytes) {
                         heard += (stream == 1 ? std::string(bytes) : "");
                     });
        call.emit_text(heard == banger::view(result.out) ? "heard it" : "heard " + heard);
        call.emit_text(banger::view(result.out));
        call.emit_text(banger::view(result.err));
        call.emit_text(std::to_string(result.code));
        static_cast<void>(exec.run(call, {"no-such-program-anywhere"}));
    }
    void tick(banger::Call& call, std::string_view) {
        std::atomic<int> ticks{0};
        {
            const banger::Timer timer(host_, std::chrono::milliseconds(1),
                                      std::chrono::milliseconds(1),
                                      [&](banger::Call&) { ++ticks; });
            while (ticks < 3) {
                call.check();
                ::poll(nullptr, 0, 1);
            }
        }
        const int after = ticks;
        ::poll(nullptr, 0, 20);
        call.emit_text(ticks == after ? "ended with the timer" : "went on after its end");
    }
    void events(banger::Call& call, std::string_view) {
        const auto& ops = host_.get<banger_events_ops>(BANGER_EXT_EVENTS);
        banger::checked(
            ops.publish(host_.raw(), banger::str("greeted"), banger::str(R"({"n":1})")));
        while (events_ < 1) {
            call.check();
            ::poll(nullptr, 0, 1);
        }
        call.emit_text(last_event_);
    }
    void query(banger::Call& call, std::string_view) {
        const banger::VmQuery query(host_);
        call.emit_json(query.list(call));
        call.emit_json(query.get(call, "web"));
        static_cast<void>(query.get(call, "nobody"));
    }
    void api(banger::Call& call, std::string_view) {
        const banger::Api api(host_);
        const banger_response& made = api.request(call, "POST", "/v1/vms", R"({"name":"a"})");
        call.emit_text(std::to_string(made.http_status) + " " +
                       std::string(banger::view(made.body)));
        const banger_response& broken = api.request(call, "GET", "/broken");
        call.emit_text(std::to_string(broken.http_status) + " " +
                       std::string(banger::view(broken.body)));
    }
    void follow(banger::Call& call, std::string_view) {
        struct Lines {
            std::string text;
            std::atomic<bool> over{false};
        } lines;
        const auto& ops = host_.get<banger_api_ops>(BANGER_EXT_API);
        const std::uint64_t following = ops.follow(
            host_.raw(), banger::str("/v1/events"),
            [](void* context, banger_call*, banger_str line, std::int32_t over) {
                auto& all = *static_cast<Lines*>(context);
                all.text += std::string(banger::view(line)) + ";";
                all.over = over != 0;
            },
            &lines);
        while (!lines.over) {
            call.check();
            ::poll(nullptr, 0, 1);
        }
        ops.unfollow(host_.raw(), following);
        call.emit_text(lines.text);
    }
    /// What it does is said in args: {"do": "count|fail|wait|flood|throw|array"}
    void job(banger::Call& call, std::string_view args) {
        const std::string what(args);
        const auto has = [what](const char* word) { return what.find(word) != std::string::npos; };
        const banger::Operations operations(host_);
        const std::string_view begun = operations.start(
            call, has("badkind") ? "No Kind" : "count", "ten sheep",
            [this, has](banger::Job& job) {
                job.stage("counting");
                job.reaches(100);
                if (has("fail")) {
                    throw banger::Error(BANGER_E_UNAVAILABLE, "no sheep here", "buy some");
                }
                if (has("clash")) {
                    throw banger::Error(BANGER_E_CONFLICT, "they are counted already", "wait");
                }
                if (has("throw")) {
                    throw std::out_of_range("fence");
                }
                if (has("deaf")) {
                    ++waiting_;
                    ::poll(nullptr, 0, 4000);
                }
                if (has("wait")) {
                    const banger::Undo undo([&] { job.stage("sending them home"); });
                    ++waiting_;
                    pollfd end{job.call.cancel_fd(), POLLIN, 0};
                    ::poll(&end, 1, -1);
                    job.call.check();
                }
                for (int i = 0; i < (has("flood") ? 3000 : 2); ++i) {
                    job.output("sheep " + std::to_string(i));
                }
                for (int i = 0; has("restless") && i < 1000; ++i) {
                    job.stage("step " + std::to_string(i));
                }
                job.bytes(5, 10);
                job.bytes(6, 10); // too soon after the one before to be told
                job.bytes(10, 10);
                job.bytes(10, 10); // told already
                job.call.info("all there");
                if (has("large")) {
                    job.result("{\"sheep\":\"" + std::string(1U << 20U, 'x') + "\"}");
                    return;
                }
                job.result(has("array") ? "[]" : R"({"sheep":10})");
            },
            {.cleanup = std::chrono::milliseconds(has("deaf") ? 50 : 0)});
        call.emit_json(R"({"operation":")" + std::string(begun) + "\"}");
    }
    void no_job(banger::Call& call, std::string_view) {
        const auto& ops = host_.get<banger_operations_ops>(BANGER_EXT_OPERATIONS);
        call.emit_text(std::to_string(ops.stage(call.raw(), banger::str("x"))));
        call.emit_text(std::to_string(waiting_));
    }
    void sum(banger::Call& call, std::string_view args) {
        call.emit_json(args == R"({"good":true})" ? R"({"sum":3})" : R"({"sum":"three"})");
    }
    void numbers(banger::Call& call, std::string_view) { call.emit_json("[1]"); }
    void moods(banger::Call& call, std::string_view) {
        call.emit_json(R"({"severity":"ok","title":"in the morning"})");
        call.emit_json(R"({"severity":"fine","title":"at noon"})");
    }
    void panel(banger::Call& call, std::string_view args) {
        if (args == R"({"path":"/nothing"})") {
            return;
        }
        if (args != R"({"path":"/naked"})") {
            call.emit(BANGER_EMIT_MIME, "image/png");
        }
        call.emit(BANGER_EMIT_BYTES, std::string_view("\x89PNG\0\xff", 6));
    }
    void pulse(banger::Call& call, std::string_view) {
        call.emit_json(R"({"title":"pulse","value":"72"})");
    }
    void missing(banger::Call& call, std::string_view) {
        static_cast<void>(banger::GuestChannel(host_).open(call, "0123456789ab", 22));
    }

    static constexpr banger_action cli[] = {
        banger::action<&Polite::remember>("remember", "keeps a note",
                                          R"({"properties":{"text":{"type":"string"}}})"),
        banger::action<&Polite::network>("network", "shows the network", nullptr, nullptr, nullptr,
                                         BANGER_ACTION_REPEATABLE),
        banger::action<&Polite::step>("step", "does privileged steps"),
        banger::action<&Polite::run>("run", "runs programs"),
        banger::action<&Polite::tick>("tick", "uses a timer"),
        banger::action<&Polite::events>("events", "publishes and listens"),
        banger::action<&Polite::query>("query", "asks for VMs"),
        banger::action<&Polite::api>("api", "asks the API"),
        banger::action<&Polite::follow>("follow", "follows a stream"),
        banger::action<&Polite::missing>("missing", "needs what is not there"),
        banger::action<&Polite::job>("job", "begins a long job",
                                     R"({"properties":{"do":{"type":"string"}}})"),
        banger::action<&Polite::no_job>("no-job", "uses a job's functions outside of one"),
    };

    static constexpr banger_action rpc[] = {
        banger::action<&Polite::sum>(
            "sum", "adds", R"({"properties":{"good":{"type":"boolean"}}})",
            R"({"required":["sum"],"properties":{"sum":{"type":"integer"}}})"),
        banger::action<&Polite::numbers>("numbers", "no object")};
    static constexpr banger_action doctor[] = {
        banger::action<&Polite::moods>("moods", "how it is")};
    static constexpr banger_action web_panel[] = {banger::action<&Polite::panel>(
        "panel", "a picture", R"({"properties":{"path":{"type":"string"}}})")};
    static constexpr banger_action status[] = {banger::action<&Polite::pulse>("pulse", "it lives")};

  private:
    banger::Host host_;
    banger::Kv kv_;
    std::atomic<int> waiting_{0};
    std::string last_event_;
    std::atomic<int> events_{0};
    std::optional<banger::Subscription> subscription_;
    std::optional<banger::Thread> thread_;
};

} // namespace

BANGER_PLUGIN(Polite)
