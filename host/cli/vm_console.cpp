#include "api_client/json.hpp"
#include "cli/attach.hpp"
#include "cli/checks.hpp"
#include "cli/command.hpp"
#include "cli/console_text.hpp"
#include "cli/noun.hpp"

#include <chrono>

#include <poll.h>

namespace banger::cli {
namespace {

struct LogsArgs {
    std::string name;
    int lines = 200;
    bool follow = false;
    bool raw = false;
};

struct ConsoleArgs {
    std::string name;
};

int logs(Session& session, const LogsArgs& args) {
    api_client::Request request;
    request.target = vm_noun.target(args.name) + "/console?tail=" + std::to_string(args.lines) +
                     (args.follow ? "&follow=1" : "");
    try {
        api_client::Response response = session.api().open(request, head_time);
        ConsoleFilter filter;
        const bool as_is = args.raw || !session.out.tty;
        const auto show = [&](std::string_view bytes) {
            session.print(as_is ? std::string(bytes) : filter.filter(bytes));
            std::fflush(stdout);
        };
        pollfd entry{response.fd(), POLLIN, 0};
        while (response.receive(show)) {
            ::poll(&entry, 1, -1); // Ctrl-C ends us here
        }
    } catch (const os::Error& error) {
        throw explained(session.api(), vm_noun, args.name, error);
    }
    return 0;
}

int console(Session& session, const ConsoleArgs& args) {
    api_client::Request request;
    request.target = vm_noun.target(args.name) + "/console-attach";
    request.upgrade = "banger-console";
    std::string first_bytes;
    os::UniqueFd stream;
    try {
        api_client::Response response = session.api().open(request, head_time);
        if (response.status() != 101) {
            throw os::Error(os::ErrorKind::internal, "bangerd did not open the console");
        }
        stream = response.take_stream(first_bytes);
    } catch (const os::Error& error) {
        throw explained(session.api(), vm_noun, args.name, error);
    }
    if (session.in_is_tty) {
        session.note("console of " + args.name + "; Ctrl-] leaves it");
    }
    const AttachEnd end = attach(stream.get(), first_bytes);
    session.note(end == AttachEnd::left ? "\nleft the console; " + args.name + " goes on"
                                        : "\nthe console of " + args.name + " was closed");
    return 0;
}

} // namespace

void add_vm_console(CLI::App& vm, Session& session) {
    auto logs_args = std::make_shared<LogsArgs>();
    CLI::App* verb = vm.add_subcommand("logs", "What the VM wrote on its console");
    verb->add_option("NAME", logs_args->name, "The VM")->required();
    verb->add_option("-n,--lines", logs_args->lines, "How many lines (default: 200)")
        ->check(whole_number(1, 10000))
        ->type_name("N");
    verb->add_flag("-f,--follow", logs_args->follow, "Go on as it writes more");
    verb->add_flag("--raw", logs_args->raw, "Control sequences too, on a terminal");
    runs(verb, session, logs_args, logs);

    auto console_args = std::make_shared<ConsoleArgs>();
    verb = vm.add_subcommand("console", "Sit at the VM's serial console; Ctrl-] leaves");
    verb->add_option("NAME", console_args->name, "The VM")->required();
    runs(verb, session, console_args, console);
}

} // namespace banger::cli
