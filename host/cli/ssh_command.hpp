#pragma once

#include "cli/session.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace banger::cli {

/// How to reach one VM, as GET /v1/vms/NAME/ssh tells it.
struct SshTarget {
    std::string host;
    int port = 22;
    std::string user = "root";
    std::string key;
    std::string known_hosts;
    std::string host_key_alias;
    std::string control_path; ///< empty: no shared connection
};

[[nodiscard]] SshTarget ssh_target_of(const Json& json);

/// One word for a POSIX shell.
[[nodiscard]] std::string shell_quoted(std::string_view word);
/// Words for a POSIX shell; each arrives as it is here.
[[nodiscard]] std::string shell_quoted(const std::vector<std::string>& words);

/// ssh to the VM; `rest` is what the user gives ssh himself: options, a command line for the VM's
/// shell, or after "--" the words of a command, which arrive as they are.
[[nodiscard]] std::vector<std::string> ssh_argv(const SshTarget& target,
                                                const std::vector<std::string>& rest);
/// ssh that runs exactly these words in the VM and ends as they do: 128 + N for a signal N.
[[nodiscard]] std::vector<std::string> exec_argv(const SshTarget& target, bool tty,
                                                 const std::vector<std::string>& words);
/// Whether ssh with these words opens a session for a person: no command, no -N, no -W.
[[nodiscard]] bool is_interactive(const std::vector<std::string>& rest);

/// One end of a copy: a path here, or in a VM.
struct CopyEnd {
    std::string vm; ///< empty: here
    std::string path;
};

/// "NAME:PATH", where a slash before the colon or no colon means a path here.
[[nodiscard]] CopyEnd copy_end_of(const std::string& text);

/// An ssh_config(5) with a Host block for each VM, for copies between two of them.
[[nodiscard]] std::string
ssh_config_text(const std::vector<std::pair<std::string, SshTarget>>& targets);

/// scp with the options on the command line when one VM takes part, else with a configuration.
[[nodiscard]] std::vector<std::string> scp_argv(const SshTarget& target,
                                                const std::vector<CopyEnd>& ends);
[[nodiscard]] std::vector<std::string> scp_argv(const std::string& config_file,
                                                const std::vector<CopyEnd>& ends);

} // namespace banger::cli
