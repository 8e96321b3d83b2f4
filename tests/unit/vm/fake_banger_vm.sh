#!/bin/sh
# Stands in for banger-vm: a supervisor without sockets that ends its "VMM" on SIGTERM, as the real one does when
# nobody can reach its run folder.
# Of the context ids that the machine has given away it refuses as many as the file cids-taken says.
# The plan is left in the VM's folder.
plan=$(cat)
dir=$(printf %s "$plan" | sed 's/.*"dir":"\([^"]*\)".*/\1/')
printf %s "$plan" >"$dir/plan.json"
taken=$(dirname "$dir")/cids-taken
if left=$(cat "$taken" 2>/dev/null) && [ "$left" -gt 0 ]; then
    echo $((left - 1)) >"$taken"
    printf '{"ok":false,"cid_taken":true,"error":{"kind":"busy","message":"taken"}}\n'
    exit
fi
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
