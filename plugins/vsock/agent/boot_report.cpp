#include "agent.hpp"
#include "json_text.hpp"
#include "proc_file.hpp"
#include "routes.hpp"
#include "simple_exchange.hpp"
#include "words.hpp"

#include <nlohmann/json.hpp>
#include <sys/utsname.h>

namespace agent {

std::unique_ptr<Exchange> open_boot(Agent& agent, Session& session, const Head& head) {
    return std::make_unique<SimpleExchange>(
        session, head, [&agent](Session& asker, const std::string&) {
            const auto time = [](const std::optional<std::int64_t>& ms) {
                return ms ? nlohmann::json(*ms) : nlohmann::json();
            };
            utsname kernel{};
            ::uname(&kernel);
            const std::string line = read_proc("/proc/cmdline");
            asker.answer(
                200, to_text({{"kernel", kernel.release},
                              {"command_line", printable(line.substr(0, line.find('\n')), 4096)},
                              {"ready_ms", time(agent.boot().ready_ms())},
                              {"finished_ms", time(agent.boot().finished_ms())}}));
        });
}

} // namespace agent
