#include "cli/ssh_command.hpp"

#include "cli/noun.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace banger::cli {
namespace {

using Options = std::vector<std::pair<std::string, std::string>>;

/// ssh_config(5) keywords. Only these count: the user's own configuration may hold a proxy or a
/// key agent for "*" that has no place between a machine and its guest.
Options options_of(const SshTarget& target) {
    Options options{
        {"HostName", target.host},
        {"Port", std::to_string(target.port)},
        {"User", target.user},
        {"IdentityFile", target.key},
        {"IdentitiesOnly", "yes"},
        {"PasswordAuthentication", "no"},
        {"UserKnownHostsFile", target.known_hosts},
        {"GlobalKnownHostsFile", "/dev/null"},
        {"HostKeyAlias", target.host_key_alias},
        {"StrictHostKeyChecking", "yes"}, // the daemon made the host key: there is nothing to ask
        {"CheckHostIP", "no"},
        {"UpdateHostKeys", "no"},
        {"LogLevel", "ERROR"},
        {"ConnectTimeout", "20"},
        {"ServerAliveInterval", "5"}, // a killed VM does not say goodbye
        {"ServerAliveCountMax", "3"},
    };
    if (!target.control_path.empty()) {
        options.insert(options.end(), {{"ControlMaster", "auto"},
                                       {"ControlPath", target.control_path},
                                       {"ControlPersist", "30"}});
    }
    return options;
}

/// A value of ssh_config(5): quoted, and "%" is no token in it.
std::string config_value(const std::string& value) {
    std::string text;
    for (const char c : value) {
        text += c == '%' ? "%%" : std::string(1, c);
    }
    return text.find(' ') == std::string::npos ? text : "\"" + text + "\"";
}

bool takes_tokens(const std::string& keyword) {
    return keyword == "IdentityFile" || keyword == "UserKnownHostsFile" || keyword == "ControlPath";
}

std::vector<std::string> with_options(const char* program, const SshTarget& target) {
    std::vector<std::string> argv{program, "-F", "none"};
    for (const auto& [keyword, value] : options_of(target)) {
        argv.insert(argv.end(),
                    {"-o", keyword + "=" + (takes_tokens(keyword) ? config_value(value) : value)});
    }
    return argv;
}

std::string scp_text(const CopyEnd& end) {
    if (end.vm.empty()) {
        // "./" keeps scp from reading a colon or a dash in a local name.
        const bool clear = end.path.starts_with("/") || end.path.starts_with(".");
        return clear ? end.path : "./" + end.path;
    }
    return end.vm + ":" + end.path;
}

} // namespace

SshTarget ssh_target_of(const Json& json) {
    SshTarget target;
    target.host = text_at(json, "host");
    target.port = static_cast<int>(number_at(json, "port").value_or(22));
    target.user = text_at(json, "user").empty() ? "root" : text_at(json, "user");
    target.key = text_at(json, "key");
    target.known_hosts = text_at(json, "known_hosts");
    target.host_key_alias = text_at(json, "host_key_alias");
    target.control_path = text_at(json, "control_path");
    return target;
}

std::string shell_quoted(std::string_view word) {
    static constexpr std::string_view safe =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@%+=:,./-";
    if (!word.empty() && word.find_first_not_of(safe) == std::string_view::npos) {
        return std::string(word);
    }
    std::string quoted = "'";
    for (const char c : word) {
        quoted += c == '\'' ? "'\\''" : std::string(1, c);
    }
    return quoted + "'";
}

/// Words that a shell takes for something else than a command where one is expected.
bool means_more_to_a_shell(const std::string& word) {
    static constexpr std::array<std::string_view, 17> reserved{
        "case",     "coproc", "do", "done",   "elif", "else", "esac",  "fi",   "for",
        "function", "if",     "in", "select", "then", "time", "until", "while"};
    return word.find('=') != std::string::npos || // an assignment
           std::find(reserved.begin(), reserved.end(), word) != reserved.end();
}

std::string shell_quoted(const std::vector<std::string>& words) {
    std::string line;
    for (const std::string& word : words) {
        const std::string quoted = shell_quoted(word);
        const bool bare = line.empty() && quoted == word && means_more_to_a_shell(word);
        line += (line.empty() ? "" : " ") + (bare ? "'" + word + "'" : quoted);
    }
    return line;
}

std::vector<std::string> ssh_argv(const SshTarget& target, const std::vector<std::string>& rest) {
    std::vector<std::string> argv = with_options("ssh", target);
    argv.push_back(target.host_key_alias.empty() ? target.host : target.host_key_alias);
    if (rest.size() > 1 && rest.front() == "--") {
        argv.insert(argv.end(), {"--", shell_quoted({rest.begin() + 1, rest.end()})});
    } else {
        argv.insert(argv.end(), rest.begin(), rest.end());
    }
    return argv;
}

std::vector<std::string> exec_argv(const SshTarget& target, bool tty,
                                   const std::vector<std::string>& words) {
    std::vector<std::string> argv = ssh_argv(target, {tty ? "-tt" : "-T"});
    // ssh ends with 255 when a signal ended the shell that it started: this one outlives the
    // command, Ctrl-C too (a trap is not inherited), and ends with 128 + N as shells do.
    std::vector<std::string> command{"exec", "sh", "-c", R"(trap : INT QUIT; "$@"; exit $?)", "sh"};
    command.insert(command.end(), words.begin(), words.end());
    argv.insert(argv.end(), {"--", shell_quoted(command)}); // no option of ssh any more
    return argv;
}

bool is_interactive(const std::vector<std::string>& rest) {
    static constexpr std::string_view with_value = "BbcDEeFIiJLlmOopPQRSWw"; // ssh(1)
    static constexpr std::string_view no_session = "NWfOQGTn";
    for (std::size_t i = 0; i < rest.size(); ++i) {
        const std::string& word = rest[i];
        if (word == "--") {
            return i + 1 == rest.size();
        }
        if (word.size() < 2 || word[0] != '-') {
            return false; // a command
        }
        for (std::size_t at = 1; at < word.size(); ++at) {
            if (no_session.find(word[at]) != std::string_view::npos) {
                return false;
            }
            if (with_value.find(word[at]) != std::string_view::npos) {
                i += at + 1 == word.size() ? 1 : 0; // the value is the next word
                break;
            }
        }
    }
    return true;
}

CopyEnd copy_end_of(const std::string& text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string::npos || colon == 0 || text.find('/') < colon) {
        return {"", text};
    }
    return {text.substr(0, colon), text.substr(colon + 1)};
}

std::string ssh_config_text(const std::vector<std::pair<std::string, SshTarget>>& targets) {
    std::string text;
    for (const auto& [name, target] : targets) {
        text += "Host " + name + "\n";
        for (const auto& [keyword, value] : options_of(target)) {
            text +=
                "  " + keyword + " " + (takes_tokens(keyword) ? config_value(value) : value) + "\n";
        }
    }
    return text;
}

std::vector<std::string> scp_argv(const SshTarget& target, const std::vector<CopyEnd>& ends) {
    std::vector<std::string> argv = with_options("scp", target);
    argv.insert(argv.end(), {"-r", "--"});
    for (const CopyEnd& end : ends) {
        argv.push_back(scp_text(end));
    }
    return argv;
}

std::vector<std::string> scp_argv(const std::string& config_file,
                                  const std::vector<CopyEnd>& ends) {
    std::vector<std::string> argv{"scp", "-F", config_file, "-3", "-r", "--"};
    for (const CopyEnd& end : ends) {
        argv.push_back(scp_text(end));
    }
    return argv;
}

} // namespace banger::cli
