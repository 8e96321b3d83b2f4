#!/bin/sh
# Stands in for banger-vm: a supervisor without sockets that ends its "VMM" on SIGTERM, as the real one does when
# nobody can reach its run folder.
cat >/dev/null
trap '' HUP
sleep 600 >/dev/null 2>&1 &
vmm=$!
(
    trap 'kill $vmm; exit' TERM
    while :; do sleep 0.05; done
) >/dev/null 2>&1 &
supervisor=$!

process() {
    stat=$(cat "/proc/$1/stat")
    # shellcheck disable=SC2086 # field 22, counted after the name, is the start time
    set -- "$1" ${stat##*) }
    printf '{"pid":%s,"start_time":%s,"boot_id":"%s"}' "$1" "${21}" "$(cat /proc/sys/kernel/random/boot_id)"
}
printf '{"ok":true,"supervisor":%s,"vmm":%s}\n' "$(process $supervisor)" "$(process $vmm)"
