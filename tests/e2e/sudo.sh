#!/usr/bin/env bash
# banger as a plain user of this case's own: without sudo, with the least of it, with a remembered password, with a
# helper that is not root's; and what the helper refuses that user. No file of the machine itself is changed.
. "$(dirname "$0")/lib.sh"

for program in sudo visudo setpriv cmake nft perl socat; do
    command -v $program >/dev/null || skip "$program is needed (scripts/deps.sh)"
done
[ "$(awk 'NR == 1 { print $3 }' /proc/self/uid_map)" = 4294967295 ] || skip "needs root: there is no second user here"

step "a user, a sudo and an installation for this case"
user=bgrcase uid=64321 password=open
etc=$root/etc
prefix=$root/prefix
helper=$prefix/libexec/banger/banger-priv
chmod 1777 "$root" # as /tmp: a sanitizer may write there
(umask 022 && mkdir -p "$etc/sudoers.d" "$root/dev" "$root/bundle-of-root" "$root/wrap")
cp -p /etc/passwd /etc/shadow /etc/group "$etc/"
echo "$user:x:$uid:$uid:case:$HOME:/bin/bash" >>"$etc/passwd"
perl -e 'print "$ARGV[0]:", crypt($ARGV[1], q($6$case)), ":19000:0:99999:7:::\n"' $user $password >>"$etc/shadow"
echo "$user:x:$uid:" >>"$etc/group"
defaults="!syslog, logfile=$root/sudo.log, timestampdir=$root/ts, lecture=never, !mail_badpass, !mail_no_user"
printf 'Defaults %s\nroot ALL=(ALL:ALL) ALL\n@includedir /etc/sudoers.d\n' "env_reset, use_pty, $defaults" >"$etc/sudoers"
chmod 440 "$etc/sudoers"
for name in passwd shadow group sudoers sudoers.d; do mount --bind "$etc/$name" /etc/$name; done
visudo -qc || fail "the case's sudoers is wrong"

as_user() { setpriv --reuid=$uid --regid=$uid --init-groups -- "$@"; }
chown -R $uid:$uid "$HOME" "$XDG_CONFIG_HOME" "$XDG_DATA_HOME" "$XDG_STATE_HOME" "$XDG_RUNTIME_DIR" "$TMPDIR"
(umask 022 && cmake --install "$BANGER_BUILD_DIR" --prefix "$prefix" >/dev/null)
# What lib.sh and this case call `banger` is the installed one, run by that user.
printf '#!/bin/sh\nexec setpriv --reuid=%d --regid=%d --init-groups -- "%s" "$@"\n' \
    $uid $uid "$prefix/bin/banger" >"$root/wrap/banger"
chmod 755 "$root/wrap/banger"
PATH=$root/wrap:$PATH
mount --bind "$BANGER_RUNTIME_DIR" "$root/bundle-of-root" # whose folders the user may not pass
BANGER_RUNTIME_DIR=$root/bundle-of-root bundle_copy "$root/bundle"
rm "$root/bundle/id_ed25519"
install -m 600 -o $uid "$BANGER_RUNTIME_DIR/id_ed25519" "$root/bundle/id_ed25519"
export BANGER_RUNTIME_DIR=$root/bundle
if ! as_user test -w /dev/net/tun; then # it is everybody's on most machines
    mount -t tmpfs -o mode=755 tmpfs "$root/dev"
    mknod -m 666 "$root/dev/tun" c 10 200
    mount --bind "$root/dev/tun" /dev/net/tun
fi
if [ -n "$firecracker" ]; then
    as_user "$firecracker" --version >/dev/null || skip "a plain user may not run $firecracker"
    if ! as_user test -w /dev/kvm; then # the user of this case is in no group
        [ -e "$root/dev/tun" ] || mount -t tmpfs -o mode=755 tmpfs "$root/dev"
        mknod -m 666 "$root/dev/kvm" c $((0x$(stat -c %t /dev/kvm))) $((0x$(stat -c %T /dev/kvm)))
        mount --bind "$root/dev/kvm" /dev/kvm
    fi
fi
awk '{ print $5 }' /proc/self/mountinfo | sort >"$root/mounts"

state() { ip -o link | sed 's/.*[0-9]: \([^:]*\):.*/\1/' && nft list ruleset && cat /proc/sys/net/ipv4/ip_forward; }
folders() { find "$data/vms" -mindepth 1 -maxdepth 1 2>/dev/null || true; }
privilege() { banger doctor --json | jq -r ".checks[] | select(.id == \"privilege\").$1" || true; }
allow_line="echo '$user ALL=(root) NOPASSWD: $helper' | sudo install -m 0440 /dev/stdin /etc/sudoers.d/banger-$uid"
# refused STEP COMMAND...: it says which step, which command, and how to allow it
refused() {
    local step=$1
    shift
    must_fail "$step.*'sudo -n $helper [a-z-]+' is not allowed without a password" "$@"
    grep -qF "allow it once: $allow_line" <<<"$said" || fail "$*: it does not say how to allow it: $said"
}

step "without any right"
state >"$root/state-before"
refused 'step batch \(bridge-ensure, tap-create\)' banger vm create --name a
same "$(folders)" "" "folders of VMs"
expect_vms
same "$(state)" "$(cat "$root/state-before")" "links, rules and forwarding"
for command in "image ls" "op ls" "plugin ls" "daemon status" "config show" "version" "vm ports"; do
    # shellcheck disable=SC2086
    banger $command >/dev/null || fail "banger $command needs no root, and failed"
done
banger daemon status | grep -qF "not ready; to allow it: $allow_line" || fail "daemon status: $(banger daemon status)"
must_fail "privileged steps cannot be done" banger doctor
same "$(privilege fix)" "$allow_line" "what doctor prints"
same "$(banger doctor | grep -c '^✗')" 1 "errors of doctor"

verify() { as_user "$root/verify.sh" --banger "$prefix/bin/banger" "$@"; }
cp "$tree/verify.sh" "$root/"
must_fail 'FAILED this machine' verify
grep -qF "fix: $allow_line" <<<"$said" || fail "verify.sh does not say how to allow it: $said"

step "with what doctor prints, and nothing more"
bash -c "$(privilege fix)"
visudo -qc || fail "sudo does not read it"
as_user sudo -n id >/dev/null 2>&1 && fail "more than the helper is allowed"
banger vm create --name a --publish 8080:22
same "$(ps -o uid= -p "$(vmm_pids)")" "$uid" "the VMM's user"
same "$(ps -eo uid=,comm= | awk '/banger/ && !/banger-priv/ { print $1 }' | sort -u)" "$uid" "the user of everything of banger"
same "$(banger vm exec a -- id -un)" root "exec"
same "$(banger vm exec a -- getent ahostsv4 host.vm | awk 'NR == 1 { print $1 }')" 172.30.88.1 "a name"
taps=$(find /sys/class/net -name 'bgr*' -exec cat {}/owner \; | sort -u)
same "$taps" $uid "the owner of the taps"

step "each privileged step, in its operation and in the log"
steps() { # steps KIND: of the last operation of that kind
    banger op show "$(banger op ls --json | jq -r "[.[] | select(.kind == \"$1\")][0].id")" --json |
        jq -r '.privileged[] | select(.ok) | .command'
}
for verb in batch guard-apply dns-apply nat-apply; do
    grep -qF "sudo -n $helper $verb {" <<<"$(steps create)" || fail "op show of the create has no $verb: $(steps create)"
    grep -qF "privileged: sudo -n $helper $verb {" "$log" || fail "the log has no $verb"
done
banger op show "$(banger op ls --json | jq -r '.[-1].id')" | grep -q . || fail "op show"
grep -c COMMAND "$root/sudo.log" >/dev/null || fail "sudo logged nothing"
! grep -o 'COMMAND=[^ ]*' "$root/sudo.log" | grep -vxF -e "COMMAND=$helper" -e COMMAND=/usr/bin/install -e COMMAND=/usr/bin/id ||
    fail "sudo was asked for something else: $(grep COMMAND "$root/sudo.log")"

step "the rest of its life"
banger vm set --no-nat a
grep -qF "sudo -n $helper nat-apply {" <<<"$(steps set)" || fail "op show of the set: $(steps set)"
banger vm set --nat a
banger vm stop a
banger vm start a
same "$(banger vm exec a -- echo ok)" ok "exec after a start"

if [ -n "${BANGER_LONG:-}" ]; then # ./test.sh --all
    step "verify.sh beside it"
    make_world 'echo hello'
    verify --nat --target 203.0.113.2:80
    kill $servers
    wait 2>/dev/null || true
    ip link delete up0 2>/dev/null || true
fi

step "the right is taken away under a running VM"
rm /etc/sudoers.d/banger-$uid
before=$(nft list ruleset inet) # the bridge's table also knows spare taps, which may just be made
refused 'step nat-apply' banger vm set --no-nat a
same "$(field a options.nat.nat)" true "the option after a set that failed"
same "$(nft list ruleset inet)" "$before" "the rules after a set that failed"
same "$(banger vm exec a -- echo ok)" ok "exec without any right"
banger vm cp /etc/hostname a:/root/ || fail "cp needs no root"
# A stop goes through; what it could not take back is told, kept for later and holds up the next start.
banger vm stop a >"$root/said" 2>&1 || fail "a stop needs no root: $(cat "$root/said")"
for told in "warning: not taken back yet: .*step nat-delete: 'sudo -n $helper nat-delete' is not allowed" "allow it once: $allow_line"; do
    grep -q "$told" "$root/said" || fail "the stop does not tell '$told': $(cat "$root/said")"
done
refused 'VM a is cleanup-pending: not taken back yet: .*step nat-delete' banger vm start a
expect_state a cleanup-pending
bash -c "$allow_line"
within 60 state_is a stopped || fail "not taken back with the right given back"
# The guard of the bridge is mended with the next start.
nft list ruleset inet | grep -F "$(field a ip)" && fail "rules of a stopped VM"
banger vm start a
rm /etc/sudoers.d/banger-$uid

step "a password that sudo remembers"
may_with_password() {
    printf '%s\nDefaults:%s %s\n' "$user ALL=(root) PASSWD: $helper" $user "timestamp_type=$1" >"$etc/sudoers.d/case"
    chmod 440 "$etc/sudoers.d/case"
    as_user sudo -K
}
warm() { as_user sudo -S -p '' -v <<<$password; }
may_with_password ppid
warm
refused 'step nat-apply' banger vm set --no-nat a # remembered for that shell only
may_with_password global
refused 'step nat-apply' banger vm set --no-nat a
warm
banger vm set --no-nat a
banger vm create --name b --no-nat
same "$(privilege severity)" ok "doctor with a remembered password"
as_user sudo -k
refused 'step nat-apply' banger vm set --nat a
must_fail "privileged steps cannot be done" banger doctor
rm "$etc/sudoers.d/case"
bash -c "$allow_line"
banger vm delete --force b

step "what the helper refuses"
root_has() { "$helper" "$1" <<<"$2" >/dev/null; }
root_has bridge-ensure '{"bridge":"banger-root","address":"172.31.7.1/24"}'
root_has tap-create '{"tap":"bgrroot","bridge":"banger-root","owner_uid":0}'
root_has nat-apply '{"tag":"theirs","bridge":"banger-root","subnet":"172.31.7.0/24","guests":[],"ports":[],"closed":[],"host_access":true,"dns_port":53}'
ip link add uplink type bridge
state >"$root/state-before"
# helper_refuses PATTERN VERB JSON
helper_refuses() {
    if said=$(as_user sudo -n "$helper" "$2" <<<"$3" 2>&1); then fail "done, but should not: $2 $3 ($said)"; fi
    grep -qE -- "\"ok\":false.*$1|$1.*\"ok\":false" <<<"$said" || fail "$2 $3: nothing matches /$1/ in: $said"
}
helper_refuses 'not a tap of yours' tap-delete '{"tap":"bgrroot"}'
helper_refuses 'not a bridge of yours' bridge-delete '{"bridge":"banger-root"}'
helper_refuses 'belongs to user 0' bridge-ensure '{"bridge":"banger-root","address":"172.31.7.1/24"}'
helper_refuses 'not a bridge of yours' tap-create "{\"tap\":\"bgrx\",\"bridge\":\"banger-root\",\"owner_uid\":$uid}"
helper_refuses permission tap-create "{\"tap\":\"bgrx\",\"bridge\":\"banger\",\"owner_uid\":0}"
helper_refuses 'not a bridge of yours' nat-apply \
    '{"tag":"theirs","bridge":"banger-root","subnet":"172.31.7.0/24","guests":[],"ports":[],"closed":[],"host_access":true,"dns_port":53}'
helper_refuses 'not a bridge of yours' guard-apply \
    '{"tag":"theirs","bridge":"banger-root","subnet":"172.31.7.0/24","vm_to_vm":true,"guests":[]}'
helper_refuses 'not a bridge of yours' dns-apply '{"tag":"theirs","bridge":"banger-root","address":"172.31.7.1","port":5300}'
helper_refuses 'not a bridge of yours' forward-open '{"tag":"theirs","bridge":"banger-root"}'
helper_refuses 'not a bridge of yours' forward-close '{"tag":"theirs","bridge":"banger-root","firewalld":true}'
for name in uplink lo eth0 'bgr/../x' 'bgr x'; do
    helper_refuses invalid tap-delete "{\"tap\":\"$name\"}"
    helper_refuses invalid bridge-delete "{\"bridge\":\"$name\"}"
done
helper_refuses invalid nat-delete '{"tag":"x; flush ruleset"}'
helper_refuses invalid resolver-unset '{"resolver":"networkmanager","tag":"../../x","bridge":"banger"}'
helper_refuses invalid bridge-ensure '{"bridge":"banger-mine","address":"8.8.8.1/24"}'
helper_refuses invalid tap-delete '{"tap":"bgrx","path":"/etc/shadow"}'
helper_refuses 'no verb' /bin/sh '{}'
helper_refuses 'step 2' batch '{"steps":[{"verb":"bridge-ensure","args":{"bridge":"banger-mine","address":"172.31.8.1/24"}},{"verb":"tap-delete","args":{"tap":"bgrroot"}}]}'
# The table of that tag is another user's: of this one there is none to delete.
as_user sudo -n "$helper" nat-delete '{"tag":"theirs"}' >/dev/null 2>&1 && fail "arguments on the command line"
as_user sudo -n "$helper" nat-delete <<<'{"tag":"theirs"}' >/dev/null || fail "there is nothing to delete, and that is an error"
as_user env SUDO_UID=0 SUDO_USER=root sudo -n "$helper" tap-delete <<<'{"tap":"bgrroot"}' >/dev/null && fail "it believes the caller's SUDO_UID"
as_user env SUDO_UID=0 "$helper" tap-delete <<<'{"tap":"bgrroot"}' >/dev/null && fail "it works without root"
same "$(state)" "$(cat "$root/state-before")" "what is another's"
root_has nat-delete '{"tag":"theirs"}'
root_has tap-delete '{"tap":"bgrroot"}'
root_has bridge-delete '{"bridge":"banger-root"}'
ip link delete uplink

step "a helper that is not root's alone is not run"
banger vm delete --force a
chmod o+w "$prefix/libexec"
before=$(grep -c COMMAND "$root/sudo.log")
must_fail "step [a-z-]+( \\(.*\\))? needs root: sudo must not run $helper as root: $prefix/libexec can be changed by others than root" \
    banger vm create --name a
grep -qF "allow it: sudo chmod go-w '$prefix/libexec'" <<<"$said" || fail "no remedy: $said"
same "$(privilege fix)" "sudo chmod go-w '$prefix/libexec'" "what doctor prints"
same "$(grep -c COMMAND "$root/sudo.log")" "$before" "runs of sudo"
bash -c "$(privilege fix)"
same "$(privilege severity)" ok "doctor after that"
banger daemon stop
cp -r "$prefix" "$HOME/own" && chown -R $uid:$uid "$HOME/own"
own=$HOME/own/bin/banger
echo "$user ALL=(root) NOPASSWD: $HOME/own/libexec/banger/banger-priv" >"$etc/sudoers.d/own"
before=$(grep -c COMMAND "$root/sudo.log")
must_fail "sudo must not run $HOME/own/libexec/banger/banger-priv as root: it can be changed by others" \
    as_user "$own" vm create --name a
grep -qF "make install" <<<"$said" || fail "no remedy: $said"
must_fail "must not run $HOME/own/.*make install" bash -c "$(declare -f as_user); uid=$uid; as_user '$own' doctor | tr '\n' ' '; exit 1"
same "$(grep -c COMMAND "$root/sudo.log")" "$before" "runs of sudo"
as_user "$own" daemon stop
same "$(folders)" "" "folders of VMs"
same "$(nft list ruleset)$(cat /proc/sys/net/ipv4/ip_forward)" 0 "rules and forwarding at the end"
