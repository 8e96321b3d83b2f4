#!/usr/bin/env bash
# Boots one guest by a bare VMM command line and waits for its first SSH command; prints the milliseconds.
# usage: bare.sh FOLDER ADDRESS KEY; FOLDER is the VMM's working directory and holds `command`, NUL-separated.
set -euo pipefail
cd "$1"
address=$2 key=$3
mapfile -d '' -t command <./command

# One connection that is taken is enough: each one costs the guest a process of its SSH server.
listens() { timeout 0.15 bash -c "exec 3<>/dev/tcp/$address/22" 2>/dev/null; }

begin=${EPOCHREALTIME//[.,]/}
"${command[@]}" >vmm.log 2>&1 </dev/null &
vmm=$!
trap 'kill -KILL $vmm 2>/dev/null; wait $vmm 2>/dev/null || true' EXIT
until listens; do
    kill -0 $vmm 2>/dev/null || { echo "the bare VMM ended: $(tail -3 vmm.log)" >&2 && exit 1; }
    [ $((${EPOCHREALTIME//[.,]/} - begin)) -lt 120000000 ] || { echo "no SSH in 120 s" >&2 && exit 1; }
    sleep 0.02
done
login() {
    ssh -i "$key" -o BatchMode=yes -o ConnectTimeout=20 -o StrictHostKeyChecking=no \
        -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR "root@$address" true 2>>vmm.log
}
until login; do # a server that has just begun to listen may end a connection
    [ $((${EPOCHREALTIME//[.,]/} - begin)) -lt 120000000 ] || { echo "no login in 120 s" >&2 && exit 1; }
done
echo $(((${EPOCHREALTIME//[.,]/} - begin) / 1000))
