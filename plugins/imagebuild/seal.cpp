#include "seal.hpp"

#include "shell_word.hpp"
#include "steps.hpp"

namespace imagebuild {
namespace {

/// Random seeds and secrets of one machine.
const std::vector<std::string>& secrets() {
    static const std::vector<std::string> paths{"/var/lib/dbus/machine-id", "/var/lib/random-seed",
                                                "/var/lib/systemd/credential.secret",
                                                "/var/lib/systemd/random-seed"};
    return paths;
}

/// Without these nobody can log in.
const std::vector<std::string>& host_keys() {
    static const std::vector<std::string> paths = [] {
        std::vector<std::string> list;
        for (const char* kind : {"dsa", "ecdsa", "ed25519", "rsa"}) {
            const std::string key = std::string("/etc/ssh/ssh_host_") + kind + "_key";
            list.push_back(key);
            list.push_back(key + ".pub");
        }
        return list;
    }();
    return paths;
}

std::string removal_of(const std::vector<std::string>& paths) {
    std::string line = "rm -f --";
    for (const std::string& path : paths) {
        line += " " + shell_word(path);
    }
    return line + "\n";
}

} // namespace

std::string seal_script() {
    return std::string(R"sh(if command -v apt-get >/dev/null; then
    apt-get clean
    rm -rf /var/lib/apt/lists/*
fi
rm -rf )sh") +
           guest_folder + R"sh(
find /var/log -xdev -type f -delete
rm -rf /var/log/journal/*
for home in /root /home/*; do
    rm -f "$home"/.bash_history "$home"/.lesshst "$home"/.viminfo "$home"/.wget-hsts "$home"/.python_history
    rm -rf "$home"/.cache
done
)sh" + removal_of(secrets()) +
           R"sh(: >/etc/machine-id
for file in /root/.ssh/authorized_keys /home/*/.ssh/authorized_keys; do
    [ ! -f "$file" ] || sed -i '/^# banger: begin/,/^# banger: end/d' "$file"
done
sync
fstrim /root 2>/dev/null || true
)sh" + removal_of(host_keys()) +
           "sync\n";
}

const std::vector<std::string>& own_paths() {
    static const std::vector<std::string> paths = [] {
        std::vector<std::string> list{"/etc/banger",      "/etc/hostname", "/etc/machine-id",
                                      "/etc/resolv.conf", "/run",          "/tmp",
                                      "/var/log/journal", "/var/tmp"};
        list.insert(list.end(), secrets().begin(), secrets().end());
        list.insert(list.end(), host_keys().begin(), host_keys().end());
        return list;
    }();
    return paths;
}

const std::vector<std::string>& shared_files() {
    static const std::vector<std::string> files{"/etc/hosts", "/root/.ssh/authorized_keys"};
    return files;
}

} // namespace imagebuild
