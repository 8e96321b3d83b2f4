#include "vmm/plan.hpp"

#include "os/error.hpp"

#include <nlohmann/json.hpp>

namespace banger::vmm {
using nlohmann::json;

namespace {

constexpr std::string_view qmp_word = "qmp";
constexpr std::string_view firecracker_word = "firecracker";

Control control_of(const std::string& word) {
    if (word == qmp_word) {
        return Control::qmp;
    }
    if (word == firecracker_word) {
        return Control::firecracker;
    }
    throw os::Error(os::ErrorKind::invalid, "plan: unknown control protocol");
}

json as_json(const std::vector<ImageLock>& files) {
    json list = json::array();
    for (const ImageLock& file : files) {
        list.push_back({{"path", file.path.string()}, {"read_only", file.read_only}});
    }
    return list;
}

std::vector<ImageLock> files_of(const json& list) {
    std::vector<ImageLock> files;
    for (const json& file : list) {
        files.push_back({file.at("path").get<std::string>(), file.at("read_only").get<bool>()});
    }
    return files;
}

json as_json(const std::vector<GrowingDisk>& disks) {
    json list = json::array();
    for (const GrowingDisk& disk : disks) {
        list.push_back({{"id", disk.id}, {"name", disk.name}, {"path", disk.path.string()}});
    }
    return list;
}

std::vector<GrowingDisk> disks_of(const json& list) {
    std::vector<GrowingDisk> disks;
    for (const json& disk : list) {
        disks.push_back({disk.at("id").get<std::string>(), disk.at("name").get<std::string>(),
                         disk.at("path").get<std::string>()});
    }
    return disks;
}

/// What only a VMM with an HTTP API has.
void add_api(json& out, const SupervisorPlan& plan) {
    out["version"] = plan.version;
    for (const ApiRequest& request : plan.requests) {
        out["requests"].push_back(
            {{"method", request.method}, {"path", request.path}, {"body", request.body}});
    }
    out["images"] = as_json(plan.images);
    if (plan.jail) {
        out["jail"] = {{"command", plan.jail->command},
                       {"hint", plan.jail->hint},
                       {"request", plan.jail->request},
                       {"files", as_json(plan.jail->files)}};
    }
}

void read_api(const json& in, SupervisorPlan& plan) {
    plan.version = in.at("version").get<std::string>();
    for (const json& request : in.at("requests")) {
        plan.requests.push_back({request.at("method").get<std::string>(),
                                 request.at("path").get<std::string>(),
                                 request.at("body").get<std::string>()});
    }
    plan.images = files_of(in.at("images"));
    if (const auto jail = in.find("jail"); jail != in.end()) {
        plan.jail = Jail{jail->at("command").get<std::vector<std::string>>(),
                         jail->at("hint").get<std::string>(),
                         jail->at("request").get<std::string>(), files_of(jail->at("files"))};
    }
    if (plan.requests.empty()) {
        throw os::Error(os::ErrorKind::invalid, "plan: no requests");
    }
}

} // namespace

std::string to_json(const SupervisorPlan& plan) {
    json out{{"id", plan.id},
             {"name", plan.name},
             {"driver", plan.driver},
             {"accel", plan.accel},
             {"control", plan.control == Control::qmp ? qmp_word : firecracker_word},
             {"dir", plan.dir.string()},
             {"run_dir", plan.run_dir.string()},
             {"argv", plan.argv},
             {"taps", plan.taps},
             {"disks", as_json(plan.disks)},
             {"console_path", plan.console_path.string()},
             {"console_max_bytes", plan.console_max_bytes},
             {"stop_timeout_ms", plan.stop_timeout.count()}};
    if (plan.control == Control::firecracker) {
        add_api(out, plan);
    }
    if (plan.vsock) {
        out["af_vsock"] = {{"cid", plan.vsock->cid}, {"key", plan.vsock->key}};
    }
    return out.dump();
}

SupervisorPlan plan_from_json(std::string_view text) {
    try {
        const json in = json::parse(text);
        SupervisorPlan plan;
        plan.id = in.at("id").get<std::string>();
        plan.name = in.at("name").get<std::string>();
        plan.driver = in.at("driver").get<std::string>();
        plan.accel = in.at("accel").get<std::string>();
        plan.control = control_of(in.at("control").get<std::string>());
        if (plan.control == Control::firecracker) {
            read_api(in, plan);
        }
        plan.dir = in.at("dir").get<std::string>();
        plan.run_dir = in.at("run_dir").get<std::string>();
        plan.argv = in.at("argv").get<std::vector<std::string>>();
        plan.taps = in.at("taps").get<std::vector<std::string>>();
        plan.disks = disks_of(in.at("disks"));
        if (const auto vsock = in.find("af_vsock"); vsock != in.end()) {
            plan.vsock =
                Vsock{vsock->at("cid").get<std::uint32_t>(), vsock->at("key").get<std::string>()};
        }
        plan.console_path = in.at("console_path").get<std::string>();
        plan.console_max_bytes = in.at("console_max_bytes").get<std::uint64_t>();
        plan.stop_timeout = std::chrono::milliseconds(in.at("stop_timeout_ms").get<std::int64_t>());
        if (plan.argv.empty()) {
            throw os::Error(os::ErrorKind::invalid, "plan: no command line");
        }
        return plan;
    } catch (const json::exception& error) {
        throw os::Error(os::ErrorKind::invalid, std::string("plan: ") + error.what());
    }
}

} // namespace banger::vmm
