#include "cli/plugin_release.hpp"

#include "api_client/json.hpp"
#include "cli/command.hpp"
#include "cli/noun.hpp"
#include "os/run.hpp"

#include <string>

namespace banger::cli {
namespace {

struct ReleaseArgs {
    std::string id;
};

/// A required plugin in quarantine keeps the daemon from starting: bangerd does it by itself then.
void release_without_daemon(const std::string& id) {
    const std::string program = (os::installation().bin / "bangerd").string();
    const os::Output told = os::run({program, "--release-plugin", id});
    if (told.status.ok()) {
        return;
    }
    std::string text = told.err.substr(0, told.err.find('\n'));
    const std::string prefix = "error: ";
    text = text.starts_with(prefix) ? text.substr(prefix.size()) : text;
    throw os::Error(os::ErrorKind::conflict, text.empty() ? told.status.text() : text,
                    "banger doctor tells what is wrong");
}

int release(Session& session, const ReleaseArgs& args) {
    if (const auto api = session.running_api()) {
        try {
            (void)api->post(plugin_noun.target(args.id) + "/release");
        } catch (const os::Error& error) {
            throw explained(*api, plugin_noun, args.id, error);
        }
        session.print(args.id +
                      " released; it is loaded at the next start: banger daemon restart\n");
        return 0;
    }
    release_without_daemon(args.id);
    session.print(args.id + " released; it is loaded when bangerd starts\n");
    return 0;
}

} // namespace

void add_plugin_release(CLI::App& plugin, Session& session) {
    auto args = std::make_shared<ReleaseArgs>();
    CLI::App* verb = plugin.add_subcommand(
        "release",
        "Let a plugin out of quarantine, where it is for ending bangerd or banger-plugin");
    verb->add_option("ID", args->id, "The plugin")->required();
    examples(verb, "  banger plugin release nat\n"
                   "  banger daemon restart");
    runs(verb, session, args, release);
}

} // namespace banger::cli
