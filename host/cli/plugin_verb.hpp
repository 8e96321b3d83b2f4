#pragma once

#include "api_client/api.hpp"

#include <string>
#include <vector>

namespace banger::cli {

class Session;

/// The verbs among a plugin's actions; `plugin` as the API shows it.
[[nodiscard]] std::vector<api_client::Json> verbs_of(const api_client::Json& plugin);
/// Whether somebody switched it off.
[[nodiscard]] bool is_off(const api_client::Json& plugin);

/// The JSON Schema of a verb's arguments; of one that names none: there are none.
[[nodiscard]] api_client::Json schema_of(const api_client::Json& verb);
/// Whether it takes --watch.
[[nodiscard]] bool is_repeatable(const api_client::Json& verb);

/// Runs a verb; what it emitted, an array of {"kind", "json" or "text"}. Throws what it says, but
/// of VMs that it does not find what other commands say of them.
[[nodiscard]] api_client::Json ask_verb(Session& session, const std::string& plugin,
                                        const api_client::Json& verb, const api_client::Json& args);
/// Prints what a verb emitted: an array of objects is a table, an object lines. With `json` just
/// what it emitted.
void print_output(const Session& session, const std::string& summary,
                  const api_client::Json& output, bool json);

/// Runs a verb with the words given to it and prints what it says, or its help for "--help".
/// `command` is what it was called by. Returns the exit code.
int run_plugin_verb(Session& session, const std::string& command, const std::string& plugin,
                    const api_client::Json& verb, std::vector<std::string> words, bool json);

} // namespace banger::cli
