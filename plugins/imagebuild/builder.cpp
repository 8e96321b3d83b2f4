#include "builder.hpp"

#include "seal.hpp"
#include "ssh_guest.hpp"
#include "way_back.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <string_view>

namespace imagebuild {
namespace {

namespace fs = std::filesystem;
using banger::Error;
using nlohmann::json;

constexpr std::size_t note_bytes = 500;
constexpr int most_names = 3; ///< that are drawn for the VM

/// As the daemon writes when a VM was created.
std::string now_text() {
    using namespace std::chrono;
    const auto now = floor<milliseconds>(system_clock::now());
    const std::time_t seconds = system_clock::to_time_t(floor<std::chrono::seconds>(now));
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 32> date{};
    (void)std::strftime(date.data(), date.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    const std::string fraction = std::to_string(1000 + now.time_since_epoch().count() % 1000);
    return date.data() + ("." + fraction.substr(1)) + "Z";
}

/// Whether the daemon has an option of a plugin that gives VMs a way to the world.
bool has_nat(const json& options) {
    return std::any_of(options.begin(), options.end(), [](const json& option) {
        return option.value("plugin", "") == "nat" && option.value("name", "") == "nat";
    });
}

/// Weights are about what the stages take, in seconds of a build of a few packages.
StagePlan plan_of(const BuildRequest& request) {
    constexpr unsigned of_packages = 40;
    constexpr unsigned of_a_step = 4;
    std::vector<StagePlan::Stage> stages{
        {"preparing", 1}, {"root file system", 1}, {"builder VM", 12}};
    if (!request.modules.empty()) {
        stages.push_back({"kernel modules", of_a_step});
    }
    for (const Step& step : request.steps) {
        stages.push_back({step.stage, step.stage == "packages" ? of_packages : of_a_step});
    }
    stages.insert(stages.end(), {{"sealing", 2}, {"stopping", 4}});
    const auto files = ImageFiles::stages();
    stages.insert(stages.end(), files.begin(), files.end());
    stages.push_back({"removing the builder VM", 2});
    return StagePlan(std::move(stages));
}

/// What a guest printed may be any bytes.
std::string as_utf8(std::string_view bytes) {
    return json::parse(json(bytes).dump(-1, ' ', false, json::error_handler_t::replace))
        .get<std::string>();
}

/// What may be done about a step that wanted something from beyond the VM; empty: nothing is known.
std::string network_hint(std::string_view message, bool nat) {
    if (!nat) {
        return "the plugin nat is off, so the VM reaches nothing beyond this machine: "
               "plugins.entries.nat.enabled: true";
    }
    const auto says = [&](std::string_view text) { return message.find(text) != message.npos; };
    const bool cut_off = says("Temporary failure resolving") || says("Could not resolve") ||
                         says("Could not connect") || says("Failed to connect") ||
                         says("Network is unreachable") || says("Connection timed out");
    return cut_off ? "the VM found no way there: see whether this machine itself is online, and "
                     "what banger doctor says of nat and dns"
                   : "";
}

} // namespace

Builder::Builder(banger::Host host, banger::Job& job, const BuildRequest& request,
                 const std::shared_ptr<UnderWay::Claim>& claim, std::string tool,
                 const fs::path& logs)
    : host_(host), job_(job), request_(request), log_(job, logs, request.name),
      stages_(log_, claim, plan_of(request)), api_(host), holdings_(host),
      files_(host, log_, std::move(tool), stages_) {
    claim->holds(request.vm);
    held_.note = request.vm;
    held_.vm = request.vm;
    held_.since = now_text();
}

void Builder::run() {
    WayBack back(log_);
    back.add("forget the build", [this, &back] {
        if (back.clean()) { // else the next daemon tries again
            holdings_.forget(held_);
        }
    });
    try {
        back.add("remove the staging", [this] { holdings_.remove_staging(held_.staging); });
        back.add("remove the image of the builder VM",
                 [this] { holdings_.remove_image(held_.image); });
        back.add("remove the builder VM", [this] {
            if (vm_asked_for_) {
                if (!failed_) { // the operation ends in the stage that failed
                    stages_.begin("removing the builder VM");
                }
                holdings_.remove_vm(held_);
            }
        });
        back.add("remove an archive", [this] {
            std::error_code code;
            fs::remove(modules_archive_, code);
        });
        build();
    } catch (const Error& error) {
        const std::string message = error.what();
        log_.last("failed: " + message);
        if (error.code() == BANGER_E_CANCELLED || job_.call.cancelled()) {
            back.go();
            throw Error(BANGER_E_CANCELLED, "cancelled");
        }
        failed_ = true;
        const std::string vm = held_.vm;
        const bool kept = keep_vm();
        std::string hint = error.hint();
        if (!log_.file().empty()) {
            hint += (hint.empty() ? "" : "; ") + ("the whole log is " + log_.file().string());
        }
        if (kept) {
            hint += (hint.empty() ? "" : "; ") + ("look into its VM: banger vm ssh " + vm +
                                                  "; remove it: banger vm delete --force " + vm);
        }
        back.go();
        throw Error(error.code(), message, hint);
    }
}

/// What the user wants to look at is theirs from now on. True when there is such a VM.
bool Builder::keep_vm() {
    bool kept = false;
    try {
        if (request_.keep && vm_asked_for_ &&
            api_.find("/v1/vms/" + DaemonApi::encoded(held_.vm))) {
            held_.vm.clear();
            kept = true;
            held_.image.clear(); // the VM is made of it
            holdings_.keep(held_);
        }
    } catch (const Error& error) {
        log_.line("keep the builder VM: " + std::string(error.what()), BANGER_LOG_ERROR);
    }
    return kept;
}

void Builder::build() {
    const auto begin = std::chrono::steady_clock::now();
    stages_.begin("preparing");
    holdings_.keep(held_);
    held_.staging = files_.begin();
    holdings_.keep(held_);
    make_vm();
    try {
        provision();
    } catch (const Error& error) {
        job_.call.check();
        throw explained(error);
    }
    stop();
    make_image();
    const auto seconds =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - begin);
    json facts{{"base", base_}, {"source", "build"}};
    if (!request_.digest.empty()) {
        facts["recipe"] = request_.digest;
    }
    std::string note;
    for (const std::string& each : left_out_) {
        note += (note.empty() ? "left out: " : "; ") + each;
    }
    if (!note.empty()) {
        note = as_utf8(std::string_view(note).substr(0, note_bytes));
        facts["note"] = note;
    }
    json result = files_.finish(request_.name, request_.replace, std::move(facts));
    result["took_s"] = seconds.count();
    if (!log_.file().empty()) {
        result["log"] = log_.file().string();
    }
    if (!note.empty()) {
        result["note"] = note;
    }
    log_.last("image " + request_.name + " is made");
    job_.result(result.dump(-1, ' ', false, json::error_handler_t::replace));
}

json Builder::vm_body() {
    json body{{"name", held_.vm},
              {"disk_mode", "overlay"},
              {"autostart", "off"},
              {"idle_stop_s", 0},
              {"max_lifetime_s", 0}};
    const std::string& image = held_.image.empty() ? request_.from : held_.image;
    if (!image.empty()) {
        body["image"] = image;
    }
    const auto set = [&](const char* key, const std::optional<std::int64_t>& value) {
        if (value) {
            body[key] = *value;
        }
    };
    set("disk_mib", request_.size_mib);
    set("memory_mib", request_.memory_mib);
    set("work_disk_mib", request_.work_mib);
    set("vcpus", request_.vcpus);
    nat_ = has_nat(api_.ask("GET", "/v1/vm-options").value("options", json::array()));
    if (nat_) {
        body["options"]["nat"]["nat"] = true;
    }
    return body;
}

void Builder::make_vm() {
    if (!request_.rootfs.empty()) {
        stages_.begin("root file system");
        held_.image = held_.vm;
        holdings_.keep(held_);
        try {
            (void)api_.ask("PUT", "/v1/images/" + DaemonApi::encoded(held_.image),
                           {{"rootfs", request_.rootfs}});
        } catch (const Error& error) {
            if (error.code() == BANGER_E_CONFLICT) { // it is somebody else's
                held_.image.clear();
            }
            throw;
        }
    }
    stages_.begin("builder VM");
    ask_for_vm();
    const json vm = api_.ask("GET", "/v1/vms/" + DaemonApi::encoded(held_.vm));
    held_.vm_id = vm.value("id", "");
    holdings_.keep(held_);
    base_ = vm.value("image", request_.from);
    vm_folder_ = vm.at("paths").at("dir").get<std::string>();
}

/// Where the name is taken, the VM is somebody else's: another name is drawn.
void Builder::ask_for_vm() {
    json body = vm_body();
    json begun;
    for (int left = most_names; begun.is_null(); --left) {
        try {
            vm_asked_for_ = true;
            begun = api_.ask("POST", "/v1/vms", body);
        } catch (const Error& error) {
            vm_asked_for_ = error.code() != BANGER_E_CONFLICT;
            if (vm_asked_for_ || left == 1) {
                throw;
            }
            held_.vm = builder_name(request_.name);
            held_.since = now_text();
            holdings_.keep(held_);
            body["name"] = held_.vm;
        }
    }
    (void)api_.completed(job_.call, begun);
}

/// A guest whose disk finds no room on this machine's is paused: its silence has a reason.
Error Builder::explained(const Error& error) const {
    const auto vm = api_.find("/v1/vms/" + DaemonApi::encoded(held_.vm));
    const json warnings = vm ? vm->value("warnings", json::array()) : json::array();
    if (!vm || vm->value("state", "") != "paused" || warnings.empty()) {
        return error;
    }
    const auto why = warnings.back().get<std::string>(); // "; " and what the VM's user could do
    return Error(BANGER_E_UNAVAILABLE, error.what() + (": " + why.substr(0, why.find("; "))),
                 "free some space on that disk and build again");
}

std::string Builder::pack_modules() {
    modules_archive_ = fs::path(host_.state_dir()) / (held_.note + ".modules.tar");
    std::string archive = modules_archive_.string();
    const banger::Exec exec(host_);
    const std::vector<std::string_view> words{"tar", "-cf", archive, "-C", request_.modules, "."};
    const banger_exec_result& end = exec.run(job_.call, words);
    if (end.code != 0 || end.signal != 0) {
        throw Error(BANGER_E_UNAVAILABLE, "pack " + request_.modules + ": " +
                                              std::string(banger::view(end.err).substr(0, 500)));
    }
    return archive;
}

void Builder::provision() {
    const SshGuest guest(
        host_, ssh_access_of(api_.ask("GET", "/v1/vms/" + DaemonApi::encoded(held_.vm) + "/ssh")));
    guest.open(job_.call);
    guest.run(log_, "make " + std::string(guest_folder),
              std::string("install -d -m 0700 ") + guest_folder);
    if (!request_.modules.empty()) {
        step(guest, modules_step(pack_modules()));
    }
    for (const Step& each : request_.steps) {
        step(guest, each);
    }
    stages_.begin("sealing");
    guest.run(log_, "seal the image", seal_script());
}

void Builder::step(const SshGuest& guest, const Step& step) {
    stages_.begin(step.stage);
    try {
        for (const Upload& upload : step.uploads) {
            guest.put(log_, upload.local, upload.remote);
        }
        guest.run(log_, step.what, step.script);
    } catch (const Error& error) {
        job_.call.check();
        if (!step.optional) {
            throw Error(error.code(), with_places(error.what(), step),
                        step.online && error.hint().empty() ? network_hint(error.what(), nat_)
                                                            : error.hint());
        }
        left_out_.emplace_back(error.what());
        log_.line("left out: " + std::string(error.what()), BANGER_LOG_WARNING);
    }
}

void Builder::stop() {
    stages_.begin("stopping");
    (void)api_.completed(
        job_.call,
        api_.ask("POST", "/v1/vms/" + DaemonApi::encoded(held_.vm) + "/stop", json::object()));
}

void Builder::make_image() {
    if (request_.work_seed) {
        files_.take_root(vm_folder_);
        files_.take_work(vm_folder_);
    } else { // with nothing in its /root, an image without a seed has the bundle's
        files_.take_root(vm_folder_, {"/root"});
    }
    files_.take_boot_files(boot_set_of(api_, held_.vm, request_));
    if (!request_.rootfs.empty()) {
        base_ = fs::path(request_.rootfs).filename().string();
    }
}

} // namespace imagebuild
