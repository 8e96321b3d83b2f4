#!/usr/bin/env bash
# What the web console adds to bangerd: memory it keeps resident, once its pages were looked at, after 10 000 of them and
# after 8 tabs that stay open; and processor time while one tab looks. Beside a daemon without it. Ends with 1 when a
# budget is not kept.
# usage: memory.sh [--minutes N]     (that the tabs stay open; 5)
minutes=5
if [ "${1:-}" = --minutes ]; then minutes=${2:?--minutes takes a number} && shift 2; fi
. "$(dirname "$0")/../lib.sh"
for program in curl wrk; do command -v $program >/dev/null || skip "no $program (scripts/deps.sh)"; done

pid() { banger daemon status --json | jq .pid; }
resident_kib() { awk '/^VmRSS/ { print $2 }' "/proc/$(pid)/status"; }
ticks() { sed 's/.*) //' "/proc/$(pid)/stat" | awk '{ print $12 + $13 }'; }
broken=0
budget() { # WHAT VALUE UNIT MOST
    local kept=kept
    awk -v value="$2" -v most="$4" 'BEGIN { exit value > most }' || { kept=BROKEN && broken=1; }
    printf '%-7s %-52s %8.1f %s (at most %s)\n' $kept "$1" "$2" "$3" "$4"
}
mib() { awk -v kib="$1" 'BEGIN { printf "%.2f", kib / 1024 }'; }
tabs=()
close_tabs() {
    [ ${#tabs[@]} = 0 ] || kill "${tabs[@]}" 2>/dev/null || true
    tabs=()
}

printf 'plugins:\n  entries:\n    web: {enabled: false}\n' >>"$config"
banger daemon start
banger vm create --name web-1 >/dev/null
sleep 5
banger vm ls >/dev/null
bare=$(resident_kib)
cp "$root/default-config" "$config"
banger daemon restart
url=$(banger web --json | jq -r '.open | sub("/$"; "")')
for path in / /vms /vms/web-1 /vms/web-1/metrics /vms/web-1/logs /vms/web-1/journal /images /ops /ports /doctor /plugins /settings /vms/-/new; do
    curl -sSf -o /dev/null "$url$path"
done
sleep 5
budget "added, once its pages were looked at" "$(mib $(($(resident_kib) - bare)))" MiB 12

pages() { wrk -t1 -c4 -d"$1"s "$url$2" | awk '/requests in/ { print $1 }'; }
pages 2 /vms/web-1 >/dev/null # what is made once
before=$(resident_kib)
count=0
while [ $count -lt 10000 ]; do
    for path in / /vms /vms/web-1 /ops /api/v1/vms/web-1/metrics; do count=$((count + $(pages 1 $path))); done
done
budget "grown by $count pages" "$(mib $(($(resident_kib) - before)))" MiB 1

curl -sN "$url/events" >/dev/null & tabs+=($!)
begin=$(ticks)
for _ in $(seq 10); do sleep 6 && curl -sSf -o /dev/null "$url/vms/web-1"; done # a page draws its figures anew
budget "of a processor while one tab looks" "$(awk -v ticks=$(($(ticks) - begin)) 'BEGIN { print ticks / 60 }')" % 0.5
for _ in $(seq 7); do curl -sN "$url/events" >/dev/null & tabs+=($!); done
end=$((SECONDS + minutes * 60))
while [ $SECONDS -lt $end ]; do
    for path in / /vms /vms/web-1 /vms/web-1/metrics; do curl -sSf -o /dev/null "$url$path"; done
    sleep 1
done
budget "added, after $minutes min of 8 tabs" "$(mib $(($(resident_kib) - bare)))" MiB 20
close_tabs
banger vm delete --force web-1 >/dev/null
exit $broken
