#include "supervisor/run_record.hpp"

#include "os/error.hpp"
#include "os/file.hpp"

#include <chrono>

#include <nlohmann/json.hpp>

namespace banger::supervisor {
using nlohmann::json;

namespace {

os::Error damaged(const std::filesystem::path& file, const json::exception& error) {
    return os::Error(os::ErrorKind::internal, file.string() + ": " + error.what());
}

} // namespace

std::int64_t unix_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

std::string json_text(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

json process_json(const os::ProcessId& process) {
    return {{"pid", process.pid}, {"start_time", process.start_time}, {"boot_id", process.boot_id}};
}

os::ProcessId process_from_json(const json& in) {
    return {in.at("pid").get<pid_t>(), in.at("start_time").get<std::uint64_t>(),
            in.at("boot_id").get<std::string>()};
}

void write_state(const vmm::RunFolder& run, const RunState& state) {
    json out{{"version", 1},
             {"id", state.id},
             {"name", state.name},
             {"driver", state.driver},
             {"accel", state.accel},
             {"cid", state.cid},
             {"phase", state.phase},
             {"supervisor", process_json(state.supervisor)},
             {"started_unix_ms", state.started_unix_ms}};
    out["vmm"] = state.vmm ? process_json(*state.vmm) : json();
    os::write_file_atomic(run.state(), json_text(out) + "\n");
}

std::optional<RunState> read_state(const vmm::RunFolder& run) {
    const auto text = os::find_file(run.state());
    if (!text) {
        return std::nullopt;
    }
    try {
        const json in = json::parse(*text);
        RunState state;
        state.id = in.at("id").get<std::string>();
        state.name = in.at("name").get<std::string>();
        state.driver = in.at("driver").get<std::string>();
        state.accel = in.at("accel").get<std::string>();
        state.cid = in.value("cid", std::uint32_t{0}); // an older supervisor's has none
        state.phase = in.at("phase").get<std::string>();
        state.supervisor = process_from_json(in.at("supervisor"));
        if (!in.at("vmm").is_null()) {
            state.vmm = process_from_json(in.at("vmm"));
        }
        state.started_unix_ms = in.at("started_unix_ms").get<std::int64_t>();
        return state;
    } catch (const json::exception& error) {
        throw damaged(run.state(), error);
    }
}

json exit_json(const vmm::Exit& exit) {
    return {{"cause", vmm::to_string(exit.cause)},
            {"code", exit.code},
            {"signal", exit.signal},
            {"host_down", exit.host_down},
            {"reason", exit.reason},
            {"at_unix_ms", exit.at_unix_ms},
            {"console_tail", exit.console_tail},
            {"vmm_messages", exit.vmm_messages}};
}

vmm::Exit exit_from_json(const json& in) {
    vmm::Exit exit;
    exit.cause = vmm::exit_cause(in.at("cause").get<std::string>());
    exit.code = in.at("code").get<int>();
    exit.signal = in.at("signal").get<int>();
    exit.host_down = in.value("host_down", false); // an older banger-vm does not say it
    exit.reason = in.at("reason").get<std::string>();
    exit.at_unix_ms = in.at("at_unix_ms").get<std::int64_t>();
    exit.console_tail = in.at("console_tail").get<std::vector<std::string>>();
    exit.vmm_messages = in.at("vmm_messages").get<std::vector<std::string>>();
    return exit;
}

void write_exit(const vmm::RunFolder& run, const vmm::Exit& exit) {
    os::write_file_atomic(run.exit(), json_text(exit_json(exit)) + "\n");
}

std::optional<vmm::Exit> read_exit(const vmm::RunFolder& run) {
    const auto text = os::find_file(run.exit());
    if (!text) {
        return std::nullopt;
    }
    try {
        return exit_from_json(json::parse(*text));
    } catch (const json::exception& error) {
        throw damaged(run.exit(), error);
    }
}

} // namespace banger::supervisor
