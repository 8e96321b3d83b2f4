#!/usr/bin/env bash
# The way to the guest's agent: AF_VSOCK where this machine has it, and what is said and done where it has not.
. "$(dirname "$0")/lib.sh"
only_qemu "qemu.agent_channel is about QEMU; Firecracker has one way to the agent, its own vsock"

# For the next daemon; a VM that is started by then has what it has.
choose() { { cat "$root/default-config" && printf 'qemu:\n  agent_channel: %s\n' "$1"; } >"$config"; }
check() { banger doctor --json | jq -r '.checks[] | select(.id == "agent-channel") | '"$1"; }
answers() { same "$(banger vm exec --agent web -- echo "$1")" "$1" "the agent"; }

step "the serial port is what there is without a word"
banger daemon start >/dev/null
same "$(check .severity)" ok doctor
check .title | grep -q 'the serial port' || fail "$(check .)"
banger daemon stop >/dev/null
choose auto
has=$(check .severity)
why=$(check .cause)

if [ "$has" != ok ]; then
    step "vsock that cannot be had: nothing is made or started, and the reason said ($why)"
    same "$has" warning doctor
    [ -n "$why" ] || fail "no reason: $(check .)"
    choose serial
    banger vm create --name web 2>/dev/null
    banger vm stop web
    choose vsock
    must_fail "qemu.agent_channel: .*$why; .*agent_channel: serial" banger config check
    banger daemon stop >/dev/null
    must_fail "qemu.agent_channel is vsock, but $why" banger vm start web
    must_fail "qemu.agent_channel is vsock, but $why" banger vm create --name other
    expect_vms web
    expect_state web stopped
    same "$(check .severity)" error doctor

    step "auto: the serial port, with a warning"
    banger daemon stop >/dev/null
    choose auto
    banger vm start web 2>/dev/null
    field web 'warnings[]' | grep -qF "by the serial port, not by AF_VSOCK: $why" ||
        fail "warnings: $(field web warnings)"
    same "$(field web agent_channel)" serial "channel"
    answers "by the port"
    exit 0
fi

step "a VM by AF_VSOCK"
choose vsock
banger vm create --name web 2>/dev/null
same "$(field web agent_channel)" vsock "channel"
cid=$(field web cid)
[ "$cid" -ge 65536 ] || fail "cid $cid"
field web 'timings[].stage' | grep -qx agent || fail "not ready by the agent's word: $(field web timings)"
answers "by vsock"

step "nobody without the key is answered"
said=$(printf 'GET /v1/health HTTP/1.1\r\n\r\n' | timeout 10 socat -t 5 - "VSOCK-CONNECT:$cid:1024" || true)
same "$said" "" "what a stranger hears"

step "over a crash of the daemon, and over a stop"
kill_daemon
answers "a new daemon"
banger vm stop web
banger vm start web 2>/dev/null
same "$(field web cid)" "$cid" "its context id"
answers "after a stop"

step "the serial port again"
banger vm stop web
banger daemon stop >/dev/null
choose serial
banger vm start web 2>/dev/null
same "$(field web agent_channel)" serial "channel"
answers "by the port"
