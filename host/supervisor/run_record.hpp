#pragma once

#include "os/process.hpp"
#include "vmm/exit.hpp"
#include "vmm/plan.hpp"

#include <cstdint>
#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace banger::supervisor {

/// state.json of a run folder: what is needed to find the processes of this VM again, and to be
/// sure that they are these.
struct RunState {
    std::string id;
    std::string name;
    std::string driver;
    std::string accel;
    std::uint32_t cid = 0; ///< of its vsock device, if it has one
    std::string phase;     ///< launching, running, paused, ended
    os::ProcessId supervisor;
    std::optional<os::ProcessId> vmm;
    std::int64_t started_unix_ms = 0;
};

void write_state(const vmm::RunFolder& run, const RunState& state);
/// nullopt when there is none. Throws internal when it is damaged.
[[nodiscard]] std::optional<RunState> read_state(const vmm::RunFolder& run);

[[nodiscard]] nlohmann::json exit_json(const vmm::Exit& exit);
[[nodiscard]] vmm::Exit
exit_from_json(const nlohmann::json& in); ///< throws nlohmann::json::exception
void write_exit(const vmm::RunFolder& run, const vmm::Exit& exit);
[[nodiscard]] std::optional<vmm::Exit> read_exit(const vmm::RunFolder& run);

[[nodiscard]] nlohmann::json process_json(const os::ProcessId& process);
[[nodiscard]] os::ProcessId process_from_json(const nlohmann::json& in);

/// One line; what is no UTF-8 (a path may be anything) is replaced instead of thrown at.
[[nodiscard]] std::string json_text(const nlohmann::json& value);

[[nodiscard]] std::int64_t unix_ms();

} // namespace banger::supervisor
