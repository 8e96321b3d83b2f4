#include "seal.hpp"

#include "steps.hpp"

namespace imagebuild {

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
rm -f /var/lib/systemd/random-seed /var/lib/random-seed /var/lib/systemd/credential.secret \
    /var/lib/dbus/machine-id
: >/etc/machine-id
for file in /root/.ssh/authorized_keys /home/*/.ssh/authorized_keys; do
    [ ! -f "$file" ] || sed -i '/^# banger: begin/,/^# banger: end/d' "$file"
done
sync
fstrim /root 2>/dev/null || true
rm -f /etc/ssh/ssh_host_*_key /etc/ssh/ssh_host_*_key.pub
sync
)sh";
}

const std::vector<std::string>& own_paths() {
    static const std::vector<std::string> paths = [] {
        std::vector<std::string> list{"/etc/banger",
                                      "/etc/hostname",
                                      "/etc/machine-id",
                                      "/etc/resolv.conf",
                                      "/run",
                                      "/tmp",
                                      "/var/lib/dbus/machine-id",
                                      "/var/lib/random-seed",
                                      "/var/lib/systemd/credential.secret",
                                      "/var/lib/systemd/random-seed",
                                      "/var/log/journal",
                                      "/var/tmp"};
        for (const char* kind : {"dsa", "ecdsa", "ed25519", "rsa"}) {
            const std::string key = std::string("/etc/ssh/ssh_host_") + kind + "_key";
            list.push_back(key);
            list.push_back(key + ".pub");
        }
        return list;
    }();
    return paths;
}

const std::vector<std::string>& shared_files() {
    static const std::vector<std::string> files{"/etc/hosts", "/root/.ssh/authorized_keys"};
    return files;
}

} // namespace imagebuild
