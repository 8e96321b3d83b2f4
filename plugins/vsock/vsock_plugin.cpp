#include "board.hpp"
#include "config.hpp"
#include "doctor.hpp"
#include "exchange.hpp"
#include "journal.hpp"
#include "names_resolve.hpp"
#include "report.hpp"
#include "text.hpp"
#include "watcher.hpp"

#include <banger/plugin.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace vsock {
namespace {

using banger::Call;
using banger::Error;
using banger::Host;
using banger::Vm;
using nlohmann::json;
using std::chrono::milliseconds;

constexpr milliseconds power_limit{2000};
constexpr milliseconds journal_limit{5000};
constexpr milliseconds program_limit{9500}; ///< less than the host has for a hook: who waits is
                                            ///< told in our words

} // namespace

class Vsock {
  public:
    static constexpr const char* id = "vsock";
    static constexpr const char* name = "Guest agent";
    static constexpr const char* version = BANGER_VSOCK_VERSION;
    static constexpr const char* license = "MIT";
    static constexpr const char* summary = "Hears from guests, asks them, and does things in them";
    static constexpr const char* config_schema = vsock::config_schema;
    static constexpr bool concurrent = true;
    static constexpr const char* const required[] = {
        BANGER_EXT_GUEST_CHANNEL, BANGER_EXT_GUEST_FACTS, BANGER_EXT_THREAD,
        BANGER_EXT_EVENTS,        BANGER_EXT_TIMER,       nullptr};
    static constexpr const char* const* requires_ext = required;

    Vsock(Host host, Call&, std::string_view config)
        : host_(host), config_(read_config(config)), names_(host) {}

    // ---- the daemon ----
    void on_start(Call&) {
        watcher_.emplace(Watching{config_.sample, config_.clock}, board_, outlets());
        thread_.emplace(host_, "watcher", [this](Call& own) { watcher_->run(own.cancel_fd()); });
    }
    /// Nothing on this machine is ours, whatever runs.
    void leave(Call&) {}

    // ---- the life of a VM ----
    void after_start(Call&, const Vm& vm) { watch(vm, true); }
    void after_stop(Call&, const Vm& vm) { forget(vm); }
    void after_delete(Call&, const Vm& vm) { forget(vm); }
    void undo(Call&, const Vm& vm, std::uint32_t, std::uint32_t) { forget(vm); }
    void reconcile(Call&, const Vm& vm) {
        if (vm.runs()) {
            watch(vm, false);
        } else {
            forget(vm);
        }
    }

    // ---- a start waits for the agent ----
    static constexpr const char* stage = "agent";
    static constexpr const char* stage_summary = "the guest's agent says that SSH is ready";
    static constexpr std::uint32_t stage_flags = BANGER_READINESS_SSH;
    banger_status wait(Call& call, const Vm& vm) {
        watch(vm, true);
        switch (board_.wait_ready(std::string(vm.id()), call.cancel_fd(), call.remaining())) {
        case Board::Outcome::ready:
            return BANGER_OK;
        case Board::Outcome::gone:
        case Board::Outcome::cancelled:
            break;
        case Board::Outcome::timeout:
            throw Error(BANGER_E_TIMEOUT, "the guest's agent was not heard in time");
        }
        throw Error(BANGER_E_CANCELLED, "cancelled");
    }

    // ---- what guests are asked to do ----
    void power(Call& call, const Vm& vm, std::string_view action, std::string_view reason) {
        Exchange exchange = open(call, vm.id(), vm.name(), "power", power_limit);
        ask_power(exchange, action, reason);
    }
    int exec(Call& call, const Vm& vm, std::string_view request_json) {
        Exchange exchange = open(call, vm.id(), vm.name(), "exec", program_limit);
        return start_program(exchange, request_json);
    }
    void journal(Call& call, std::string_view args_json) {
        const json args = json::parse(args_json);
        const std::string wanted = args.at("vm");
        const Board::View view = running(wanted);
        Exchange exchange = open(call, view->vm.id, wanted, "journal", journal_limit);
        const JournalText got = read_journal(exchange, args.at("lines").get<std::uint64_t>(),
                                             args.at("unit").get<std::string>());
        call.emit_json(json{{"text", as_utf8(got.text)}, {"cut", got.cut}}.dump());
    }

    // ---- when asked: from what was heard, never from a guest ----
    void ls(Call& call, std::string_view) {
        call.emit_json(guest_rows(board_.all(), Steady::now()).dump());
    }
    void stats(Call& call, std::string_view args_json) {
        if (watcher_) {
            watcher_->hurry();
        }
        call.emit_json(stats_rows(chosen(args_json), Steady::now()).dump());
    }
    void ports(Call& call, std::string_view args_json) {
        names_.ask();
        if (watcher_) {
            watcher_->look_again();
        }
        call.emit_json(port_rows(chosen(args_json), names_.heard()).dump());
    }
    void line(Call& call, std::string_view) {
        call.emit_json(json{{"title", "Guests"}, {"value", status_line(board_.all())}}.dump());
    }
    void agents(Call& call, std::string_view) {
        call.emit_json(check_agents(board_.all(), version).dump());
    }
    void guests(Call& call, std::string_view) { call.emit_json(check_guests(board_.all()).dump()); }

    static constexpr const char* vms_args = R"({"properties": {"vms": {"type": "array",
        "items": {"type": "string"}, "description": "names of VMs; none: all that run"}}})";
    static constexpr banger_action cli[] = {
        banger::action<&Vsock::ls>("ls", "agents of running VMs, and when they were heard", nullptr,
                                   nullptr, nullptr, BANGER_ACTION_REPEATABLE),
        banger::action<&Vsock::stats>("stats", "what VMs use, as their guests see it", vms_args,
                                      nullptr, "vm stats", BANGER_ACTION_REPEATABLE),
        banger::action<&Vsock::ports>("ports", "TCP ports that programs in VMs listen on", vms_args,
                                      nullptr, "vm ports", BANGER_ACTION_REPEATABLE)};
    static constexpr banger_action rpc[] = {banger::action<&Vsock::journal>(
        "journal", "the end of a guest's log; waits for the guest, at most 5 s",
        R"({"required": ["vm"], "properties": {
            "vm": {"type": "string", "description": "name of a VM that runs"},
            "lines": {"type": "integer", "minimum": 1, "maximum": 10000, "default": 500},
            "unit": {"type": "string", "maxLength": 256, "default": "",
                     "pattern": "^[A-Za-z0-9:_.@\\\\-]*$",
                     "description": "of this unit only, where the guest has systemd"}}})",
        R"({"required": ["text", "cut"], "properties": {
            "text": {"type": "string", "description": "any characters that the guest wrote"},
            "cut": {"type": "boolean", "description": "there were more than 1 MiB of it"}}})")};
    static constexpr banger_action status[] = {
        banger::action<&Vsock::line>("vsock", "guests whose agents answer")};
    static constexpr banger_action doctor[] = {
        banger::action<&Vsock::agents>("agents", "agents of guests are of this version"),
        banger::action<&Vsock::guests>("guests", "agents of running guests answer")};

  private:
    Watcher::Outlets outlets() {
        const auto warn = [host = host_](std::string_view text) {
            host.log(BANGER_LOG_WARNING, text);
        };
        // What the host does not take is no reason to lose a guest.
        return {[facts = banger::GuestFacts(host_), warn](const std::string& vm_id,
                                                          const std::string& facts_json) {
                    try {
                        facts.put(vm_id, facts_json);
                    } catch (const Error& error) {
                        warn("facts of " + vm_id + " were not taken: " + error.what());
                    }
                },
                [host = host_, warn](std::string_view type, const std::string& data_json) {
                    if (!banger::publish(host, type, data_json)) {
                        warn("event " + std::string(type) + " was not taken");
                    }
                },
                warn};
    }

    void watch(const Vm& vm, bool fresh) {
        const json spec = json::parse(vm.spec_json(), nullptr, false);
        const auto text = [&](const char* key) {
            const auto found = spec.is_object() ? spec.find(key) : spec.end();
            return found != spec.end() && found->is_string() ? found->get<std::string>()
                                                             : std::string();
        };
        GuestVm guest;
        guest.id = vm.id();
        guest.name = vm.name();
        guest.address = text("ip");
        guest.fqdn = text("fqdn");
        guest.socket = std::string(vm.run_dir()) + "/guest.sock";
        guest.pid = vm.pid();
        guest.fresh = fresh;
        if (watcher_) {
            watcher_->watch(guest);
        }
        names_.ask(); // before somebody looks
    }
    void forget(const Vm& vm) {
        if (watcher_) {
            watcher_->forget(std::string(vm.id()));
        }
    }

    /// A stream to an agent that is known to do `feature`; else the host goes another way at once.
    Exchange open(Call& call, std::string_view vm_id, std::string_view name,
                  std::string_view feature, milliseconds limit) const {
        const Board::View view = board_.find(std::string(vm_id));
        const std::string vm_name(name);
        if (!view || !view->connected || view->state == GuestState::silent) {
            throw Error(BANGER_E_UNAVAILABLE, "no agent answers in VM " + vm_name,
                        "banger doctor tells of agents");
        }
        if (std::find(view->features.begin(), view->features.end(), feature) ==
            view->features.end()) {
            throw broken_agent(vm_name, "it is too old for " + std::string(feature));
        }
        const auto deadline = Steady::now() + limit;
        Descriptor stream = connect(call, vm_id, vm_name, limit);
        const auto left = std::chrono::ceil<milliseconds>(deadline - Steady::now());
        return {vm_name, std::move(stream), left, call.cancel_fd()};
    }

    Descriptor connect(Call& call, std::string_view vm_id, const std::string& vm_name,
                       milliseconds limit) const {
        try {
            return Descriptor(banger::GuestChannel(host_).open(call, vm_id, agent_port, limit));
        } catch (const Error& error) { // also of a guest that lets it wait: another way is open
            throw call.cancelled()             ? Error(BANGER_E_CANCELLED, error.what())
            : error.code() == BANGER_E_TIMEOUT ? silent_agent(vm_name, limit)
                                               : broken_agent(vm_name, error.what());
        }
    }

    /// Throws not_found.
    Board::View running(const std::string& wanted) const {
        for (const Board::View& view : board_.all()) {
            if (view->vm.name == wanted) {
                return view;
            }
        }
        throw Error(BANGER_E_NOT_FOUND, "no VM of the name " + wanted + " runs", "banger vm ls");
    }

    std::vector<Board::View> chosen(std::string_view args_json) const {
        const json args = json::parse(args_json);
        const auto names = args.value("vms", std::vector<std::string>());
        std::vector<Board::View> views = board_.all();
        for (const std::string& wanted : names) {
            (void)running(wanted);
        }
        const auto left_out = [&](const Board::View& view) {
            return !names.empty() &&
                   std::find(names.begin(), names.end(), view->vm.name) == names.end();
        };
        views.erase(std::remove_if(views.begin(), views.end(), left_out), views.end());
        return views;
    }

    Host host_;
    Config config_;
    Board board_;
    NamesResolve names_;
    std::optional<Watcher> watcher_;
    std::optional<banger::Thread> thread_; ///< last: it ends before what it serves
};

} // namespace vsock

BANGER_PLUGIN(vsock::Vsock)
