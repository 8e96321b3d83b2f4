#include "config.hpp"
#include "guard.hpp"
#include "guard_report.hpp"
#include "host_taps.hpp"
#include "pool.hpp"

#include <banger/plugin.hpp>
#include <nlohmann/json.hpp>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <memory>
#include <mutex>

#include <fcntl.h>
#include <unistd.h>

namespace tap_pool {
namespace {

using namespace std::chrono_literals;
using banger::Call;
using banger::Error;
using banger::Host;
using banger::Vm;
using nlohmann::json;

} // namespace

class TapPool {
  public:
    static constexpr const char* id = "tap-pool";
    static constexpr const char* name = "TAP pool";
    static constexpr const char* version = "1.0.0";
    static constexpr const char* license = "MIT";
    static constexpr const char* summary = "Gives each VM a network interface on banger's bridge";
    static constexpr const char* config_schema = tap_pool::config_schema;
    static constexpr std::uint32_t hook_timeout_ms = 20000;
    static constexpr bool concurrent = true;
    static constexpr bool gives_network = true;
    static constexpr const char* const required[] = {BANGER_EXT_NETWORK_INFO, BANGER_EXT_PRIVILEGED,
                                                     BANGER_EXT_TIMER, BANGER_EXT_KV, nullptr};
    static constexpr const char* const* requires_ext = required;

    TapPool(Host host, Call&, std::string_view config)
        : host_(host), config_(read_config(config)), tag_(banger::tag_of(host.state_dir())),
          pool_(config_, tag_, [tag = tag_] { return random_name(tag); }),
          guard_(host, config_.vm_to_vm) {}

    // ---- the life of a VM ----
    void before_start(Call& call, const Vm& vm) {
        HostTaps taps = edge(call);
        const std::string vm_id(vm.id());
        const std::string tap = pool_.acquire(vm_id, taps);
        banger::Undo undo([&] {
            guard_.erase(vm_id);
            pool_.give_back(vm_id, taps);
        });
        guard_.put(call, vm, tap);
        if (!guard_.covers(tap)) { // else it lets nothing in until after_start()
            guard_.settle(call);
        }
        call.cookie(tap);
        undo.commit();
    }
    /// Beside the guest's boot: before that ends it sends nothing that it would miss.
    void after_start(Call& call, const Vm&) { guard_.settle(call); }
    banger_status contribute(Call& call, const Vm& vm, banger::GuestConfig& guest) {
        const banger_vm_address* address = banger::NetworkInfo(host_).find(call, vm.id());
        if (vm.cookie().empty() || address == nullptr) {
            return BANGER_SKIP; // a dry run before the first start
        }
        guest.nic("eth0", vm.cookie(), banger::view(address->mac), edge(call).network().mtu);
        return BANGER_OK;
    }
    void on_ready(Call&, const Vm&) { tend_soon(); }
    void after_stop(Call& call, const Vm& vm) { give_back(call, vm); }
    void after_delete(Call& call, const Vm& vm) { give_back(call, vm); }
    /// What the daemon's memory does not know any more, reconcile_all finds as a tap of nobody.
    void undo(Call& call, const Vm& vm, std::uint32_t hook, std::uint32_t) {
        if (hook == BANGER_HOOK_BEFORE_START) {
            give_back(call, vm);
        }
    }
    void reconcile(Call& call, const Vm& vm) {
        const bool reserved = vm.state() == BANGER_VM_CLEANUP_PENDING && !settled_;
        if (!vm.cookie().empty() && (vm.runs() || reserved)) {
            const std::string vm_id(vm.id());
            const std::string tap(vm.cookie());
            HostTaps taps = edge(call);
            pool_.adopt(vm_id, tap, vm.runs(), taps);
            if (vm.runs() && pool_.tap_of(vm_id) == tap) {
                guard_.put(call, vm, tap);
            }
            if (settled_) {
                guard_.settle(call);
                guard_.cover(call, {tap}); // the bridge may have been made anew
            }
        } else {
            give_back(call, vm);
        }
    }

    // ---- the daemon ----
    /// A bridge of before has the subnet, and would keep the first VM from getting the new one.
    void on_start(Call& call) { edge(call).remove_former_bridges(); }
    void reconcile_all(Call& call) {
        HostTaps taps = edge(call);
        const bool again = pool_.sweep(taps);
        settled_ = true;
        if (config_.prefill) {
            tend_soon();
        }
        if (again) { // too young now, old enough then
            sweep_timer_ = banger::Timer(host_, std::chrono::seconds(config_.min_age_s + 1), 0ms,
                                         [this](Call& later) {
                                             HostTaps edge_then = edge(later);
                                             (void)pool_.sweep(edge_then);
                                         });
        }
        guard_.settle(call);
    }
    void on_stop(Call& call) {
        HostTaps taps = edge(call);
        if (settled_ && guard_.guests().empty()) {
            guard_.relax(call); // what an earlier attempt left
        }
        pool_.drain(taps);
    }

    /// VMs that run keep their taps, the bridge between them and the guard over them.
    banger_status leave(Call& call) {
        HostTaps taps = edge(call);
        std::vector<std::string> free;
        bool needed = false;
        for (const Tap& tap : taps.list()) {
            if (tap.tag == tag_ && !tap.in_use) {
                free.push_back(tap.name);
            }
            needed = needed || (tap.tag == tag_ && tap.in_use);
        }
        taps.remove(free, !needed);
        taps.remove_former_bridges();
        if (needed) {
            return BANGER_SKIP;
        }
        guard_.settle(call);
        return BANGER_OK;
    }

    // ---- what it holds on the host ----
    void list(Call& call, const Vm& vm) {
        const auto tap = pool_.tap_of(std::string(vm.id()));
        if (!tap) {
            return;
        }
        HostTaps taps = edge(call);
        if (const TapLook look = taps.look(*tap); look.exists) {
            Tap shown;
            shown.name = *tap;
            shown.tag = tag_;
            shown.in_use = look.in_use;
            call.emit_json(describe_tap(shown).dump());
        }
        list_guard_of(call, guard_, *tap);
    }
    void list_all(Call& call) {
        HostTaps taps = edge(call);
        const std::vector<Tap> all = taps.list();
        for (const Tap& tap : all) {
            call.emit_json(describe_tap(tap).dump());
        }
        if (const json bridge = taps.bridge(); !bridge.is_null() && bridge.at("mine") == true) {
            call.emit_json(json{{"kind", "bridge"},
                                {"name", bridge.at("name")},
                                {"vm", nullptr},
                                {"state", bridge.at("in_use") == true ? "in-use" : "idle"},
                                {"detail", "the network of all VMs; goes when the daemon stops "
                                           "and no VM runs"}}
                               .dump());
        }
        for (const FormerBridge& former : taps.former_bridges()) {
            call.emit_json(json{{"kind", "bridge"},
                                {"name", former.name},
                                {"vm", nullptr},
                                {"state", "stray"},
                                {"detail", "network.bridge named it before"}}
                               .dump());
        }
        list_guard(call, guard_, all); // last: it needs root, and the others do not
    }
    void release(Call& call, std::string_view object_json) {
        const json object = json::parse(object_json);
        HostTaps taps = edge(call);
        const std::string kind = object.at("kind");
        if (kind == "bridge") {
            taps.remove_bridge(object.at("name"));
        } else if (kind == "nft-table" || kind == "nft-element") {
            // Made anew it has what running VMs explain, and nothing else.
            guard_.remove_table(call, object.value("tag", tag_));
        } else {
            pool_.release(object.at("name"), taps);
        }
    }

    // ---- when asked ----
    void ls(Call& call, std::string_view) {
        HostTaps taps = edge(call);
        json rows = json::array();
        for (const Tap& tap : taps.list()) {
            json row = describe_tap(tap);
            row.erase("kind");
            row["bridge"] = tap.bridge;
            row["age_s"] = tap.age_s;
            rows.push_back(std::move(row));
        }
        call.emit_json(rows.dump());
    }
    void state(Call& call, std::string_view) {
        call.emit_json(json{{"title", "TAP pool"},
                            {"value", std::to_string(pool_.bound_count()) + " in use, " +
                                          std::to_string(pool_.idle().size()) + " idle"}}
                           .dump());
    }
    void check_bridge(Call& call, std::string_view) {
        HostTaps taps = edge(call);
        const std::string bridge(banger::view(taps.network().bridge));
        const json found = taps.bridge();
        if (found.is_null() || (found.at("kind") == "bridge" && found.at("mine") == true)) {
            emit_check(call, "ok",
                       "bridge " + bridge + (found.is_null() ? " is free to be made" : " is ours"));
            return;
        }
        const json& owner = found.at("owner_uid");
        emit_check(call, "error", "VMs cannot get a network: " + bridge + " is somebody else's",
                   owner.is_null() ? "an interface of this name was not made by banger"
                                   : "it belongs to user " + owner.dump(),
                   "set network.bridge: banger-2, or another name, in config.yaml");
    }
    void check_tun(Call& call, std::string_view) {
        const int fd = ::open("/dev/net/tun", O_RDWR | O_CLOEXEC);
        const int code = errno;
        if (fd >= 0) {
            ::close(fd);
            emit_check(call, "ok", "/dev/net/tun can be opened");
            return;
        }
        emit_check(call, "error", "/dev/net/tun cannot be opened: no VM can use its tap",
                   std::strerror(code),
                   code == EACCES ? "sudo chmod 0666 /dev/net/tun (the usual mode: a tap is still "
                                    "only its owner's)"
                                  : "sudo modprobe tun");
    }

    void check_taps(Call& call, std::string_view) {
        HostTaps taps = edge(call);
        std::string off; // names of VMs
        const json vms = json::parse(banger::VmQuery(host_).list(call));
        const GuestSet::Guests guests = guard_.guests();
        for (const json& vm : vms) {
            const auto guest = guests.find(vm.at("id"));
            if (guest != guests.end() && !taps.look(guest->second.tap).attached) {
                off += " " + vm.at("name").get<std::string>();
            }
        }
        if (off.empty()) {
            emit_check(call, "ok", "running VMs are on the bridge");
        } else {
            emit_check(call, "error", "running VMs have no network:" + off,
                       "their tap, or the bridge, was deleted or changed",
                       "banger vm restart" + off);
        }
    }
    void check_guard(Call& call, std::string_view args) {
        if (json::parse(args).value("repair", false)) {
            guard_.renew(call);
        }
        call.emit_json(tap_pool::check_guard(call, guard_).dump());
    }

    static constexpr banger_action cli[] = {
        banger::action<&TapPool::ls>("ls", "taps of this user and who has them")};
    static constexpr banger_action status[] = {
        banger::action<&TapPool::state>("taps", "how many taps are in use and idle")};
    static constexpr banger_action doctor[] = {
        banger::action<&TapPool::check_bridge>("bridge", "the bridge's name is free or ours"),
        banger::action<&TapPool::check_tun>("tun", "taps can be opened"),
        banger::action<&TapPool::check_taps>("taps", "running VMs are on the bridge"),
        banger::action<&TapPool::check_guard>("guard", "VMs are held to their own addresses",
                                              banger::repair_args)};

  private:
    HostTaps edge(Call& call) const { return HostTaps(host_, call, tag_); }

    /// The next VM that gets the tap must not find the entry of this one: the guard comes first.
    void give_back(Call& call, const Vm& vm) {
        const std::string vm_id(vm.id());
        HostTaps taps = edge(call);
        guard_.erase(vm_id);
        if (settled_) { // until then it does not know of every VM that runs
            guard_.relax(call);
        }
        pool_.give_back(vm_id, taps);
    }

    json describe_tap(const Tap& tap) const {
        const auto vm = pool_.vm_of(tap.name);
        json object{{"kind", "tap"}, {"name", tap.name}, {"vm", nullptr}};
        const bool ours = tap.tag == tag_;
        const bool nobodys = ours && !vm && !tap.in_use && !pool_.is_known(tap.name);
        const bool stray = nobodys && tap.age_s >= config_.min_age_s; // else the sweep is to come
        object["state"] = stray ? "stray" : tap.in_use ? "in-use" : "idle";
        object["detail"] = !ours        ? "made by another banger of this user"
                           : vm         ? "the VM's network interface"
                           : tap.in_use ? "a process has it open"
                           : nobodys    ? "nobody's, " + std::to_string(tap.age_s) +
                                           " s old; swept when older than " +
                                           std::to_string(config_.min_age_s) + " s"
                                     : "ready for the next start";
        if (vm) {
            object["vm"] = *vm;
        }
        return object;
    }

    static void emit_check(Call& call, std::string_view severity, const std::string& title,
                           const std::string& cause = {}, const std::string& fix = {}) {
        json check{{"severity", severity}, {"title", title}};
        if (!cause.empty()) {
            check["cause"] = cause;
        }
        if (!fix.empty()) {
            check["fix"] = fix;
        }
        call.emit_json(check.dump());
    }

    /// Refills and sweeps on a thread of the host's, off the path of any start.
    void tend_soon() {
        const std::lock_guard lock(timer_mutex_);
        if (tending_.exchange(true)) {
            return;
        }
        // The one before has cleared the flag as its last act: its end is all that is waited for.
        timer_ = banger::Timer(host_, 0ms, 0ms, [this](Call& call) { tend(call); });
    }
    void tend(Call& call) {
        HostTaps taps = edge(call);
        try {
            (void)pool_.sweep(taps);
            pool_.refill(taps);
            guard_.cover(call, pool_.idle()); // so that the next start need not
        } catch (const std::exception& error) {
            call.warning(std::string("the pool is not refilled: ") + error.what());
        }
        tending_ = false;
    }

    Host host_;
    Config config_;
    std::string tag_;
    Pool pool_;
    Guard guard_;
    std::atomic<bool> settled_ = false; ///< the taps of nobody have been found
    std::atomic<bool> tending_ = false;
    std::mutex timer_mutex_;
    banger::Timer timer_; ///< these last: they end before what they use
    banger::Timer sweep_timer_;
};

} // namespace tap_pool

BANGER_PLUGIN(tap_pool::TapPool)
