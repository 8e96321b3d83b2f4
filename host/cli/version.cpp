#include "api_client/json.hpp"
#include "cli/command.hpp"
#include "cli/noun.hpp"

namespace banger::cli {
namespace {

struct VersionArgs {
    bool json = false;
};

int version(Session& session, const VersionArgs& args) {
    const auto api = session.running_api();
    const Json daemon = api ? api->get("/v1/version") : Json();
    if (args.json) {
        session.print_json({{"banger", BANGER_VERSION}, {"bangerd", daemon}});
        return 0;
    }
    session.print("banger " BANGER_VERSION "\n");
    session.print("bangerd " + (api ? text_at(daemon, "version") : "not running") + "\n");
    if (api && text_at(daemon, "version") != BANGER_VERSION) {
        session.note("the daemon is of another version; banger daemon stop ends it, and the next "
                     "command starts the new one (VMs run on)");
    }
    return 0;
}

} // namespace

void add_version(CLI::App& noun, Session& session) {
    auto args = std::make_shared<VersionArgs>();
    json_flag(&noun, args->json);
    runs(&noun, session, args, version);
}

} // namespace banger::cli
