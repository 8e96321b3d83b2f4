#include "agent.hpp"

#include "proc_file.hpp"
#include "routes.hpp"
#include "uptime.hpp"

#include <cstdio>

#include <nlohmann/json.hpp>

namespace agent {
namespace {

constexpr std::size_t most_jobs = 8;
constexpr std::size_t most_configurations = 1; ///< each may hold 17 MiB

} // namespace

Agent::Agent(Loop& loop, const Settings& settings)
    : loop_(loop), settings_(settings), started_ms_(uptime_ms()),
      boot_id_(read_proc("/proc/sys/kernel/random/boot_id").substr(0, 36)),
      boot_(settings.state_folder), failed_units_(loop), power_(loop), programs_(loop),
      connections_(most_connections), jobs_(most_jobs), configurations_(most_configurations),
      answerer_([this](Session& session, const Head& head) {
          return open_exchange(*this, session, head);
      }),
      ready_(loop, settings.ssh_port,
             [this] {
                 boot_.mark_ready(uptime_ms());
                 events_.publish("ready");
             }),
      clock_(loop,
             [this](std::int64_t off_ms) {
                 events_.publish("clock", {{"off_ms", off_ms}});
             }),
      booted_(loop, settings.booted_name, [this] { booted(); }) {}

void Agent::booted() {
    boot_.mark_finished(uptime_ms());
    when_booted_ = std::make_shared<FailedUnits::OnKnown>([this] {
        events_.publish("booted", {{"failed_units", failed_unit_names()}});
        if (const auto& units = failed_units_.last(); units && !units->empty()) {
            std::fprintf(stderr, "booted with %zu failed units\n", units->size());
        }
    });
    failed_units_.ask(when_booted_);
}

nlohmann::json Agent::failed_unit_names() const {
    const auto& units = failed_units_.last();
    return units ? nlohmann::json(*units) : nlohmann::json();
}

nlohmann::json Agent::health() const {
    const char* boot = boot_.finished_ms() ? "finished" : has_systemd() ? "running" : "unknown";
    return {{"agent",
             {{"version", BANGER_VERSION},
              {"protocol", 1},
              {"features", feature_names()},
              {"running_ms", uptime_ms() - started_ms_}}},
            {"boot_id", boot_id_},
            {"uptime_ms", uptime_ms()},
            {"ready", ready_.ready()},
            {"boot", boot},
            {"failed_units", failed_unit_names()}};
}

} // namespace agent
