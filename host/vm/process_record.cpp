#include "vm/process_record.hpp"

#include "os/error.hpp"
#include "os/process.hpp"

#include <nlohmann/json.hpp>

namespace banger::vm {
using nlohmann::json;
using supervisor::Supervised;

namespace {

os::ProcessId process_of(const json& record, const std::string& who) {
    return {record.at(who).get<pid_t>(), record.at(who + "_start_time").get<std::uint64_t>(),
            record.at("boot_id").get<std::string>()};
}

/// Empty where the record does not say.
std::string vmm_reason_of(const std::string& record) {
    const json in = json::parse(record, nullptr, false);
    return in.is_object() && in.contains("vmm_reason") && in["vmm_reason"].is_string()
               ? in["vmm_reason"].get<std::string>()
               : std::string();
}

} // namespace

std::string to_record(const Supervised& process, const std::string& vmm_reason) {
    return json({{"vmm", process.vmm().pid},
                 {"vmm_start_time", process.vmm().start_time},
                 {"supervisor", process.supervisor().pid},
                 {"supervisor_start_time", process.supervisor().start_time},
                 {"boot_id", process.supervisor().boot_id},
                 {"run_dir", process.run_dir().string()},
                 {"driver", process.driver()},
                 {"cid", process.cid()},
                 {"vmm_reason", vmm_reason}})
        .dump(-1, ' ', false, json::error_handler_t::replace);
}

std::optional<Supervised> from_record(const std::string& record,
                                      const std::filesystem::path& run_dir) {
    try {
        const json in = json::parse(record);
        if (!in.contains("vmm")) {
            return std::nullopt;
        }
        return Supervised(in.value("run_dir", run_dir.string()), process_of(in, "supervisor"),
                          process_of(in, "vmm"), in.value("driver", std::string()),
                          in.value("cid", std::uint32_t{0}));
    } catch (const json::exception&) { // not of our making
        return std::nullopt;
    }
}

std::optional<std::string> boot_of(const std::string& record) {
    const json in = json::parse(record, nullptr, false);
    return in.is_object() && in.contains("boot_id") && in["boot_id"].is_string()
               ? std::optional(in["boot_id"].get<std::string>())
               : std::nullopt;
}

Found find_process(const std::string& record, const std::filesystem::path& run_dir) {
    Found found;
    found.process = from_record(record, run_dir);
    if (found.process && (found.process->vmm().alive() || found.process->supervisor().alive())) {
        found.vmm_reason = vmm_reason_of(record);
        return found;
    }
    const std::filesystem::path last_dir = found.process ? found.process->run_dir() : run_dir;
    found.process.reset();
    try {
        // A daemon that was killed at the wrong moment had not written the record yet.
        found.process = supervisor::adopt(run_dir);
        found.exit = supervisor::last_exit(last_dir);
    } catch (const os::Error& error) {
        if (error.kind() != os::ErrorKind::internal) {
            throw;
        }
        found.exit.emplace().reason = error.what(); // a damaged file; the record's process is dead
    }
    return found;
}

} // namespace banger::vm
