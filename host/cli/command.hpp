#pragma once

#include "cli/session.hpp"

#include <memory>
#include <string>

#include <CLI/CLI.hpp>

namespace banger::cli {

/// Of a verb that takes none.
struct NoArgs {};

/// `verb`, once parsed, runs `run` with what was parsed.
template <class Args>
void runs(CLI::App* verb, Session& session, std::shared_ptr<Args> args,
          int (*run)(Session&, const Args&)) {
    verb->callback([&session, args = std::move(args), run] {
        session.action = [&session, args, run] { return run(session, *args); };
    });
}

/// "Examples:" under the help of a verb.
inline void examples(CLI::App* verb, const std::string& lines) {
    verb->footer("Examples:\n" + lines);
}

/// --json, on everything that reads.
inline void json_flag(CLI::App* verb, bool& json) {
    verb->add_flag("--json", json, "Print JSON, as the API gives it");
}

// One for each noun; they fill in the verbs.
void add_vm(CLI::App& noun, Session& session);
void add_image(CLI::App& noun, Session& session);
void add_op(CLI::App& noun, Session& session);
void add_plugin(CLI::App& noun, Session& session);
void add_plugin_author(CLI::App& noun, Session& session); ///< new, check
void add_daemon(CLI::App& noun, Session& session);
void add_doctor(CLI::App& noun, Session& session);
void add_ssh_config(CLI::App& noun, Session& session);
void add_config(CLI::App& noun, Session& session);
void add_x(CLI::App& noun, Session& session);
void add_completion(CLI::App& noun, Session& session);
void add_version(CLI::App& noun, Session& session);

void add_image_prune(CLI::App& image, Session& session);

// The verbs of vm, in groups.
void add_vm_create(CLI::App& vm, Session& session);
void add_vm_changes(CLI::App& vm, Session& session);
void add_vm_reads(CLI::App& vm, Session& session);
void add_vm_set(CLI::App& vm, Session& session);
void add_vm_remote(CLI::App& vm, Session& session);
void add_vm_ssh_config(CLI::App& vm, Session& session);
void add_vm_console(CLI::App& vm, Session& session);

} // namespace banger::cli
