#!/usr/bin/env bash
# Plain OpenSSH logs in to VMs by name after `banger ssh-config`, without a resolver and without a question, whatever
# becomes of them. And files go both ways, and from VM to VM.
. "$(dirname "$0")/lib.sh"

for program in ssh scp socat; do command -v $program >/dev/null || skip "no $program (scripts/deps.sh)"; done

# ssh looks for ~/.ssh by the user's record, not by HOME.
sed "s|^\([^:]*:[^:]*:$(id -u):[^:]*:[^:]*:\)[^:]*:|\1$HOME:|" /etc/passwd >"$root/passwd"
mount --bind "$root/passwd" /etc/passwd
awk '{ print $5 }' /proc/self/mountinfo | sort >"$root/mounts"
same "$(getent passwd "$(id -u)" | cut -d: -f6)" "$HOME" "the home that ssh sees"

# dns is off first: no name resolves. The user has a configuration of his own, without a last newline.
printf 'plugins:\n  entries:\n    dns: {enabled: false}\n' >>"$config"
mkdir -m 700 "$HOME/.ssh"
printf 'Host mine.vm\n  HostName 127.0.0.1\n  Port 2345\n\nHost *\n  User nobody\n  ProxyCommand false\n  SetEnv FROM_USER=yes' \
    >"$HOME/.ssh/config"
chmod 640 "$HOME/.ssh/config"
cp -p "$HOME/.ssh/config" "$root/config-before"
plain() { ssh -o BatchMode=yes "$@"; }
seen() { ssh -T -G "$1" | grep -xF "$2" >/dev/null; } # HOST LINE: what ssh makes of a name
quiet() { # COMMAND...: what it says, with anything on standard error
    local text
    text=$("$@" 2>"$root/stderr") || fail "$*: $(cat "$root/stderr")"
    [ ! -s "$root/stderr" ] || fail "$*: it said: $(cat "$root/stderr")"
    echo "$text"
}

step "set up before there is a VM"
must_fail 'banger ssh-config --yes puts this at its top' banger ssh-config
banger ssh-config --yes
grep 'has the line already' <<<"$(banger ssh-config --yes)" || fail "a second time is not noticed"
same "$(head -n 1 "$HOME/.ssh/config")" "Include $data/ssh_config" "the first line"
same "$(tail -n +2 "$HOME/.ssh/config"; echo .)" "$(cat "$root/config-before"; echo .)" "the user's own lines"
same "$(stat -c %a "$HOME/.ssh/config" "$data/ssh_config" | xargs)" "640 600" "modes"
must_fail "no VM named 'testbox'" plain testbox.vm true

step "a VM by its name, with dns off"
banger vm create --name testbox >/dev/null
same "$(quiet plain testbox.vm hostname)" testbox "over the line of ssh_config"
same "$(quiet plain -o SendEnv=NOTHING below.testbox.vm hostname)" testbox "a name below it"
grep -q "^Host testbox.vm$" "$run/ssh_running" || fail "a running VM is not reached directly"
seen testbox.vm 'setenv FROM_USER=yes' || fail "the user's own block for * is not in force"
seen mine.vm 'hostname 127.0.0.1' || fail "the user's own mine.vm"
seen example.org 'proxycommand false' || fail "another host has changed"
printf 'SSH-2.0-mine\r\n' | timeout 20 socat -t 5 - TCP-LISTEN:2345,bind=127.0.0.1,reuseaddr >"$root/mine" &
within 5 sh -c 'grep -q :0929 /proc/net/tcp'
plain mine.vm true 2>/dev/null && fail "mine.vm is no server"
wait
grep -q '^SSH-2.0-OpenSSH' "$root/mine" || fail "the user's own mine.vm was not reached"

step "scp, sftp, rsync, git"
head -c 300000 /dev/urandom >"$root/file"
quiet scp -q "$root/file" testbox.vm:file >/dev/null
quiet scp -q testbox.vm:file "$root/back" >/dev/null
cmp "$root/file" "$root/back" || fail "scp changed the file"
echo "get file $root/got" | quiet sftp -q -b - testbox.vm >/dev/null
cmp "$root/file" "$root/got" || fail "sftp changed the file"
same "$(tar c -C "$root" file | quiet plain testbox.vm tar t)" file "standard input"
if command -v rsync >/dev/null && plain testbox.vm command -v rsync >/dev/null; then
    quiet rsync -a "$root/file" testbox.vm:rsynced >/dev/null
else
    echo "not checked: rsync (it is not in both the host and the guest)"
fi
if command -v git >/dev/null && plain testbox.vm command -v git >/dev/null; then
    plain testbox.vm git init -q --bare repository
    git ls-remote testbox.vm:repository || fail "git"
else
    echo "not checked: git (it is not in both the host and the guest)"
fi

step "the daemon is down"
banger daemon stop
same "$(quiet plain testbox.vm hostname)" testbox "without a daemon"
[ -z "$(daemon_pid)" ] || fail "a running VM needs no daemon"

step "dns is on: aliases, at once"
cp "$root/default-config" "$config"
banger vm set --dns-alias api --dns-alias deep.er testbox
same "$(quiet plain api.vm hostname)" testbox "an alias"
same "$(quiet plain a.deep.er.vm hostname)" testbox "a name below an alias"
banger vm set --dns-alias shop testbox
same "$(quiet plain shop.vm hostname)" testbox "the new alias"
must_fail "no VM named 'api'" plain api.vm true

step "banger vm cp: both ways, folders, VM to VM, progress"
banger vm create --name other >/dev/null
mkdir -p "$root/dir/sub" && echo deep >"$root/dir/sub/f" && echo odd >"$root/dir/a b:c"
banger vm cp "$root/dir" testbox:/root/
banger vm cp testbox:/root/dir "$root/dir-back"
diff -r "$root/dir" "$root/dir-back" || fail "a folder there and back"
banger vm cp testbox:/root/dir other:/root/
same "$(banger vm exec other -- cat '/root/dir/a b:c' /root/dir/sub/f | xargs)" "odd deep" "a folder from VM to VM"
banger vm cp testbox:/root/file other:/root/file
cmp "$root/file" <(banger vm exec other -- cat /root/file) || fail "a file from VM to VM"
banger vm cp testbox:/root/file testbox:/root/file2
cmp "$root/file" <(banger vm exec testbox -- cat /root/file2) || fail "a file within a VM"
if command -v script >/dev/null; then
    for ends in "$root/file testbox:" "testbox:file $root/back" "testbox:file other:"; do
        grep -q '100%' <<<"$(script -qec "banger vm cp $ends" /dev/null </dev/null)" || fail "no progress: cp $ends"
    done
fi
banger vm delete --force other

step "stopped: at once, and what to do"
banger vm stop testbox
[ ! -e "$run/ssh_running" ] || fail "none runs, but one is reached directly: $(cat "$run/ssh_running")"
before=$(elapsed)
must_fail 'VM testbox is stopped' plain testbox.vm true
grep -q 'banger vm start testbox' <<<"$said" || fail "no next step in: $said"
awk -v a="$before" -v b="$(elapsed)" 'BEGIN { exit !(b - a < 10) }' || fail "that took too long"
must_fail 'VM testbox is stopped' scp "$root/file" testbox.vm:
kill_daemon
must_fail 'VM testbox is stopped' plain testbox.vm true
must_fail 'banger vm start testbox' plain shop.vm true

step "deleted, and another one of that name at that address"
banger vm start testbox
key=$(plain testbox.vm cat /etc/ssh/ssh_host_ed25519_key.pub | cut -d' ' -f2)
address=$(field testbox ip)
banger vm delete --force testbox
must_fail "no VM named 'testbox'" plain testbox.vm true
banger vm create --name testbox >/dev/null
same "$(field testbox ip)" "$address" "the address"
same "$(quiet plain testbox.vm hostname)" testbox "the new VM"
[ "$(plain testbox.vm cat /etc/ssh/ssh_host_ed25519_key.pub | cut -d' ' -f2)" != "$key" ] || fail "the old host key"
[ ! -e "$HOME/.ssh/known_hosts" ] || fail "known_hosts was written: $(cat "$HOME/.ssh/known_hosts")"

step "one VM's blocks by themselves, and everything taken back"
banger vm ssh-config testbox >"$root/own"
same "$(quiet plain -F "$root/own" testbox.vm hostname)" testbox "with vm ssh-config"
banger ssh-config --remove
cmp "$HOME/.ssh/config" "$root/config-before" || fail "--remove left something"
same "$(stat -c %a "$HOME/.ssh/config")" 640 "its mode"
banger vm delete --force testbox
