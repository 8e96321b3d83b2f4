#include "vmm/plan.hpp"

#include "os/error.hpp"

#include <nlohmann/json.hpp>

namespace banger::vmm {
using nlohmann::json;

std::string to_json(const SupervisorPlan& plan) {
    json out{{"id", plan.id},
             {"name", plan.name},
             {"driver", plan.driver},
             {"accel", plan.accel},
             {"control", "qmp"},
             {"dir", plan.dir.string()},
             {"run_dir", plan.run_dir.string()},
             {"argv", plan.argv},
             {"taps", plan.taps},
             {"console_path", plan.console_path.string()},
             {"console_max_bytes", plan.console_max_bytes},
             {"stop_timeout_ms", plan.stop_timeout.count()}};
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
        if (in.at("control") != "qmp") {
            throw os::Error(os::ErrorKind::invalid, "plan: unknown control protocol");
        }
        plan.dir = in.at("dir").get<std::string>();
        plan.run_dir = in.at("run_dir").get<std::string>();
        plan.argv = in.at("argv").get<std::vector<std::string>>();
        plan.taps = in.at("taps").get<std::vector<std::string>>();
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
