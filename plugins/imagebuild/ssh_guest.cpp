#include "ssh_guest.hpp"

#include "lines.hpp"
#include "shell_word.hpp"

#include <deque>
#include <exception>
#include <utility>

namespace imagebuild {
namespace {

using banger::Call;
using banger::Error;

constexpr std::size_t told_lines = 5; ///< of the error output, in the error
constexpr int ssh_itself = 255;       ///< exit status of the client when it could not connect
constexpr std::size_t largest_script = 16U << 20U;
constexpr std::uint64_t kept_output = 4096; ///< the log has all of it

/// A value of ssh_config(5): quoted, and "%" is no token in it.
std::string ssh_value(const std::string& value) {
    std::string text;
    for (const char c : value) {
        text += c == '%' ? "%%" : std::string(1, c);
    }
    return text.find(' ') == std::string::npos ? text : "\"" + text + "\"";
}

/// The script arrives whole before it begins, so that nothing in it reads its rest. A status of 255
/// is the client's alone: the script's own is told as 254.
constexpr const char* receive_and_run =
    R"sh(umask 077; f=$(mktemp /run/banger-build.XXXXXX) || exit; cat >"$f" || exit; bash -euo pipefail "$f" </dev/null; s=$?; rm -f "$f"; [ $s != 255 ] || s=254; exit $s)sh";

std::vector<std::string_view> views_of(const std::vector<std::string>& words) {
    return {words.begin(), words.end()};
}

} // namespace

SshAccess ssh_access_of(const nlohmann::json& document) {
    SshAccess access;
    access.host = document.value("host", "");
    access.port = document.value("port", access.port);
    access.user = document.value("user", access.user);
    access.key = document.value("key", "");
    access.known_hosts = document.value("known_hosts", "");
    access.host_key_alias = document.value("host_key_alias", "");
    access.control_path = document.value("control_path", "");
    return access;
}

std::vector<std::string> ssh_words(const SshAccess& access, const std::string& command) {
    std::vector<std::string> words{"ssh", "-F", "none", "-T"};
    const auto option = [&](const std::string& text) { words.insert(words.end(), {"-o", text}); };
    option("BatchMode=yes");
    option("HostName=" + access.host);
    option("Port=" + std::to_string(access.port));
    option("User=" + access.user);
    option("IdentityFile=" + ssh_value(access.key));
    option("IdentitiesOnly=yes");
    option("UserKnownHostsFile=" + ssh_value(access.known_hosts));
    option("GlobalKnownHostsFile=/dev/null");
    option("HostKeyAlias=" + access.host_key_alias);
    option("StrictHostKeyChecking=yes");
    option("CheckHostIP=no");
    option("UpdateHostKeys=no");
    option("LogLevel=ERROR");
    option("ConnectTimeout=30");
    option("ServerAliveInterval=15");
    option("ServerAliveCountMax=8");
    if (!access.control_path.empty()) {
        option("ControlPath=" + ssh_value(access.control_path));
    }
    words.push_back(access.host_key_alias.empty() ? access.host : access.host_key_alias);
    words.insert(words.end(), {"--", command});
    return words;
}

void SshGuest::open(Call& call) const {
    if (access_.control_path.empty()) {
        return;
    }
    // The connection stays behind with the client's streams: nobody may wait for their end.
    std::vector<std::string> words{"sh", "-c", R"(exec "$@" </dev/null >/dev/null 2>&1)", "sh"};
    std::vector<std::string> client = ssh_words(access_, "true");
    client.insert(client.begin() + 1, {"-o", "ControlMaster=auto", "-o", "ControlPersist=600"});
    words.insert(words.end(), client.begin(), client.end());
    (void)exec_.run(call, views_of(words));
}

void SshGuest::run(JobLog& log, const std::string& what, const std::string& script) const {
    if (script.size() > largest_script) {
        throw Error(BANGER_E_INVALID, what + ": more than 16 MiB of script",
                    "give large files with path instead of content");
    }
    through(log, what, ssh_words(access_, receive_and_run), script);
}

void SshGuest::put(JobLog& log, const std::string& local, const std::string& remote) const {
    const std::string file = shell_word(remote);
    const std::string folder = shell_word(remote.substr(0, remote.rfind('/')));
    std::vector<std::string> words{"sh", "-c", R"(exec "$@" <"$0")", local};
    const std::vector<std::string> client =
        ssh_words(access_, "umask 077; mkdir -p -- " + folder + " && cat >" + file);
    words.insert(words.end(), client.begin(), client.end());
    through(log, "copy " + local + " into the guest", words, {});
}

void SshGuest::through(JobLog& log, const std::string& what, const std::vector<std::string>& words,
                       std::string_view input) const {
    std::deque<std::string> said;
    const auto tell = [&](std::string_view line, bool error) {
        log.line(line);
        if (error && !line.empty()) {
            said.emplace_back(line);
            if (said.size() > told_lines) {
                said.pop_front();
            }
        }
    };
    Lines out([&](std::string_view line) { tell(line, false); });
    Lines err([&](std::string_view line) { tell(line, true); });
    struct Streams {
        Lines *out, *err;
        std::exception_ptr thrown;
    } streams{&out, &err, nullptr};

    std::vector<banger_str> argv;
    argv.reserve(words.size());
    for (const std::string& word : words) {
        argv.push_back(banger::str(word));
    }
    banger_exec_request request{};
    request.struct_size = sizeof request;
    request.argv = argv.data();
    request.argc = argv.size();
    request.input = banger::str(input);
    request.output_limit = kept_output;
    request.output_context = &streams;
    request.on_output = [](void* context, banger_call*, std::int32_t stream,
                           banger_str bytes) noexcept {
        auto& to = *static_cast<Streams*>(context);
        try {
            (stream == 1 ? to.out : to.err)->add(banger::view(bytes));
        } catch (...) {
            to.thrown = std::current_exception();
        }
    };
    const banger_exec_result& end = exec_.run(log.job().call, request);
    if (streams.thrown) {
        std::rethrow_exception(streams.thrown);
    }
    out.finish();
    err.finish();
    if (end.code == 0 && end.signal == 0) {
        return;
    }
    std::string last;
    for (const std::string& line : said) {
        last += (last.empty() ? "" : " | ") + line;
    }
    if (end.code == ssh_itself && end.signal == 0) {
        throw Error(BANGER_E_UNAVAILABLE,
                    what + ": the connection to the guest broke" +
                        (last.empty() ? "" : ": " + last),
                    "the guest's console may tell why; --keep keeps its VM");
    }
    const std::string how = end.signal != 0 ? "ended by signal " + std::to_string(end.signal)
                                            : "ended with " + std::to_string(end.code);
    throw Error(BANGER_E_UNAVAILABLE, what + ": " + how + (last.empty() ? "" : ": " + last));
}

} // namespace imagebuild
