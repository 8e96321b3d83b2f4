#include "steps.hpp"

#include "shell_word.hpp"

#include <algorithm>
#include <cstdio>
#include <iterator>

namespace imagebuild {

const char* const guest_folder = "/var/tmp/banger-build";

namespace {

constexpr std::size_t stage_bytes = 64;

/// Makes services wait for the first boot of a VM: a package that starts its own in the builder
/// would take time, and leave traces in the image.
constexpr const char* no_services_start = R"sh(policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi
)sh";

/// bash says of such a first line that the script itself is not there.
constexpr const char* refuse_windows_lines = R"sh(case $first in
*$'\r') echo 'its lines end as on Windows: dos2unix mends that' >&2; exit 1 ;;
esac
)sh";
constexpr const char* require_interpreter = R"sh(    read -r program _ <<<"${first#??}"
    [ -x "$program" ] || { echo "the guest has no $program, which its first line names" >&2; exit 1; }
)sh";

std::string cut_stage(std::string text) {
    if (text.size() > stage_bytes) { // never in the middle of a character
        text.resize(stage_bytes - 2);
        while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xC0U) == 0x80U) {
            text.pop_back();
        }
        if (!text.empty() && (static_cast<unsigned char>(text.back()) & 0x80U) != 0) {
            text.pop_back();
        }
        text += "..";
    }
    return text;
}

std::string octal(std::uint32_t mode) {
    char text[8];
    std::snprintf(text, sizeof text, "%04o", mode & 07777U);
    return text;
}

std::string remote_of(const char* kind, std::size_t number) {
    return std::string(guest_folder) + "/" + kind + "-" + std::to_string(number);
}

std::string words_of(const std::vector<std::string>& list) {
    std::string text;
    for (const std::string& each : list) {
        text += " " + shell_word(each);
    }
    return text;
}

Step download_step(const Download& download, std::size_t number) {
    Step step;
    step.stage = cut_stage("download " + download.name);
    step.what = "download of " + download.name + " at " + download.at;
    step.optional = download.optional;
    const std::string file = remote_of("download", number);
    const std::string quoted = shell_word(file);
    if (download.url.empty()) {
        step.uploads.push_back({download.path, file});
    } else {
        step.online = true;
        step.script +=
            "command -v curl >/dev/null || { echo 'this image has no curl' >&2; exit 1; }\n"
            "curl --fail --silent --show-error --location --proto '=http,https' "
            "--connect-timeout 30 " +
            std::string(download.optional ? "" : "--retry 3 ") + "--output " + quoted + " -- " +
            shell_word(download.url) + "\n";
    }
    step.script += "sum=$(" + download.digest.algorithm + "sum <" + quoted +
                   ")\nsum=${sum%% *}\n"
                   "[ \"$sum\" = " +
                   download.digest.hex + " ] || { echo \"wrong hash: " + download.digest.algorithm +
                   " is $sum, not " + download.digest.hex + "\" >&2; exit 1; }\n";
    const std::string to = shell_word(download.to);
    if (download.unpack) {
        step.script += "mkdir -p -- " + to + "\ntar -xf " + quoted + " -C " + to +
                       " --no-same-owner --strip-components=" + std::to_string(download.strip) +
                       "\n";
    } else {
        step.script +=
            "install -D -T -m " + octal(download.mode) + " -- " + quoted + " " + to + "\n";
    }
    step.script += "rm -f -- " + quoted + "\n";
    return step;
}

/// "jq" of "jq=1.6" and the like: as apt names it in an error.
std::string bare_name(const std::string& package) {
    return package.substr(0, package.find_first_of("=/:"));
}

Step packages_step(const Recipe& recipe) {
    Step step;
    step.online = true;
    for (const auto& [package, at] : recipe.package_places) {
        step.places.emplace(bare_name(package), at);
    }
    step.stage = "packages";
    step.what = "packages";
    step.script =
        "command -v apt-get >/dev/null || { echo 'this image has no apt-get' >&2; exit 1; }\n"
        "export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8\n" +
        std::string(no_services_start) +
        "apt=(apt-get -q -y -o DPkg::Lock::Timeout=120 -o Acquire::Retries=3 -o Dpkg::Use-Pty=0)\n"
        "\"${apt[@]}\" -o APT::Update::Error-Mode=any update\n" // else without network, too
        "\"${apt[@]}\" install --no-install-recommends" +
        words_of(recipe.packages) + "\n";
    return step;
}

Step user_step(const RecipeUser& user) {
    Step step;
    step.stage = cut_stage("user " + user.name);
    step.what = "user " + user.name + " at " + user.at;
    const std::string name = shell_word(user.name);
    const std::string uid = user.uid ? " --uid " + std::to_string(*user.uid) : "";
    const std::string rest = uid + " --shell " + shell_word(user.shell) + " " + name + "\n";
    step.script = "if getent passwd " + name + " >/dev/null; then\n    usermod" + rest +
                  "else\n    useradd --create-home" + rest + "fi\n";
    for (const std::string& group : user.groups) {
        const std::string quoted = shell_word(group);
        step.script.append("getent group ")
            .append(quoted)
            .append(" >/dev/null || groupadd ")
            .append(quoted)
            .append("\nusermod --append --groups ")
            .append(quoted)
            .append(" ")
            .append(name)
            .append("\n");
    }
    if (user.sudo) {
        const std::string file = shell_word("/etc/sudoers.d/" + user.name);
        step.script += "install -d -m 0750 /etc/sudoers.d\nprintf '%s\\n' " +
                       shell_word(user.name + " ALL=(ALL) NOPASSWD: ALL") + " >" + file +
                       "\nchmod 0440 " + file + "\n";
    }
    if (!user.authorized_keys.empty()) {
        step.script += "home=$(getent passwd " + name +
                       " | cut -d: -f6)\n"
                       "install -d -m 0700 -o " +
                       name + " -g \"$(id -g " + name +
                       ")\" -- \"$home/.ssh\"\n"
                       "printf '%s\\n'" +
                       words_of(user.authorized_keys) +
                       " >>\"$home/.ssh/authorized_keys\"\n"
                       "chown " +
                       name +
                       ": -- \"$home/.ssh/authorized_keys\"\n"
                       "chmod 0600 -- \"$home/.ssh/authorized_keys\"\n";
    }
    return step;
}

Step file_step(const RecipeFile& file, std::size_t number) {
    Step step;
    step.stage = cut_stage("file " + file.to);
    step.what = "file " + file.to + " at " + file.at;
    const std::string source = remote_of("file", number);
    if (file.path.empty()) {
        step.script = "printf %s " + shell_word(file.content) + " >" + shell_word(source) + "\n";
    } else {
        step.uploads.push_back({file.path, source});
    }
    step.script += "install -D -T -m " + octal(file.mode) + " -o " + shell_word(file.owner) +
                   " -g " + shell_word(file.group) + " -- " + shell_word(source) + " " +
                   shell_word(file.to) + "\nrm -f -- " + shell_word(source) + "\n";
    return step;
}

/// pam_env reads /etc/environment for every login where the login's stack asks for it; shells of a
/// login get it by their profile, too.
Step env_step(const Recipe& recipe) {
    Step step;
    step.stage = "env";
    step.what = "env";
    step.script = "touch /etc/environment\n";
    std::string exports = "# of the image's recipe\n";
    for (const auto& [name, value] : recipe.env) {
        step.script += "sed -i " + shell_word("/^" + name + "=/d") +
                       " /etc/environment\nprintf '%s\\n' " + shell_word(name + "=" + value) +
                       " >>/etc/environment\n";
        exports.append("export ").append(name).append("=").append(shell_word(value)).append("\n");
    }
    step.script += "install -d /etc/profile.d\nprintf %s " + shell_word(exports) +
                   " >/etc/profile.d/banger-env.sh\n"
                   "stack=/etc/pam.d/sshd\n"
                   "if [ -f $stack ] && ! grep -E '^session.*pam_env[.]so' $stack | "
                   "grep -qv 'envfile='; then\n"
                   "    echo 'session  required  pam_env.so user_readenv=0' >>$stack\nfi\n";
    return step;
}

Step command_step(const Recipe& recipe, const RecipeCommand& command) {
    Step step;
    step.stage = cut_stage("command " + command.at);
    step.what = "command at " + command.at;
    for (const auto& [name, value] : recipe.env) {
        step.script += "export " + name + "=" + shell_word(value) + "\n";
    }
    step.script += "cd /root\n" + command.script + "\n";
    return step;
}

Step service_step(const RecipeService& service) {
    Step step;
    step.stage = cut_stage("service " + service.name);
    step.what = "service " + service.name + " at " + service.at;
    const std::string name = shell_word(service.name);
    step.script = "command -v systemctl >/dev/null || "
                  "{ echo 'this image has no systemd' >&2; exit 1; }\n"
                  "systemctl daemon-reload\n";
    step.script +=
        std::string("systemctl ") + (service.enable ? "enable " : "disable ") + name + "\n";
    if (service.start) {
        step.script += "systemctl restart " + name + " || { systemctl status --no-pager " + name +
                       " >&2; exit 1; }\n";
    }
    return step;
}

} // namespace

std::vector<Step> steps_of(const Recipe& recipe) {
    std::vector<Step> steps;
    for (std::size_t i = 0; i < recipe.downloads.size(); ++i) {
        steps.push_back(download_step(recipe.downloads[i], i + 1));
    }
    if (!recipe.packages.empty()) {
        steps.push_back(packages_step(recipe));
    }
    std::transform(recipe.users.begin(), recipe.users.end(), std::back_inserter(steps), user_step);
    for (std::size_t i = 0; i < recipe.files.size(); ++i) {
        steps.push_back(file_step(recipe.files[i], i + 1));
    }
    if (!recipe.env.empty()) {
        steps.push_back(env_step(recipe));
    }
    for (const RecipeCommand& command : recipe.commands) {
        steps.push_back(command_step(recipe, command));
    }
    std::transform(recipe.services.begin(), recipe.services.end(), std::back_inserter(steps),
                   service_step);
    return steps;
}

std::string with_places(std::string message, const Step& step) {
    static constexpr std::string_view of_names = "abcdefghijklmnopqrstuvwxyz0123456789+-.";
    const auto inside = [&](std::size_t at) {
        return at < message.size() && of_names.find(message[at]) != std::string_view::npos;
    };
    for (const auto& [word, place] : step.places) {
        std::size_t at = message.find(word, step.what.size());
        while (at != std::string::npos &&
               ((at > 0 && inside(at - 1)) || inside(at + word.size()))) {
            at = message.find(word, at + 1);
        }
        if (at != std::string::npos) {
            const std::size_t end = at + word.size();
            const bool quoted = end < message.size() && message[end] == '\'';
            message.insert(end + (quoted ? 1 : 0), " (" + place + ")");
        }
    }
    return message;
}

Step script_step(const std::string& local) {
    Step step;
    const std::string file = std::string(guest_folder) + "/script";
    step.stage = cut_stage("script " + local.substr(local.rfind('/') + 1));
    step.what = "script " + local;
    step.uploads.push_back({local, file});
    step.script = "cd /root\nchmod 0755 " + file + "\nread -r first <" + file + " || true\n" +
                  refuse_windows_lines + "case $first in\n'#!'*)\n" + require_interpreter + "    " +
                  file + " ;;\n*) bash -euo pipefail " + file + " ;;\nesac\n";
    return step;
}

Step modules_step(const std::string& archive) {
    Step step;
    const std::string file = std::string(guest_folder) + "/modules.tar";
    step.stage = "kernel modules";
    step.what = "kernel modules";
    step.uploads.push_back({archive, file});
    step.script = "install -d /lib/modules\ntar -xf " + file +
                  " -C /lib/modules --no-same-owner\nrm -f " + file +
                  "\nfor folder in /lib/modules/*/; do depmod \"$(basename \"$folder\")\"; done\n";
    return step;
}

Step agent_step(const std::string& program, const std::string& unit) {
    Step step;
    step.stage = "guest agent";
    step.what = "guest agent";
    const std::string folder = guest_folder;
    step.uploads = {{program, folder + "/agent"}, {unit, folder + "/agent.service"}};
    step.script = "command -v systemctl >/dev/null || exit 0\n"
                  "install -D -m 0755 -- " +
                  folder +
                  "/agent /usr/lib/banger/banger-vsock-agent\n"
                  "install -D -m 0644 -- " +
                  folder +
                  "/agent.service /etc/systemd/system/banger-agent.service\n"
                  "rm -f " +
                  folder + "/agent " + folder +
                  "/agent.service\n"
                  "systemctl enable banger-agent.service\n";
    return step;
}

} // namespace imagebuild
