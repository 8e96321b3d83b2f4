#!/usr/bin/env bash
# What images cost: creates from images with a work seed of 1, 4 and 16 GiB beside creates from the default image, in
# turns; what 10 VMs of one image take on the disk; what a build takes over the same commands by ssh.
# usage: bench.sh [--runs N] [--out FILE], WORK=SECONDS the commands of a build (as root, or with user namespaces)
# Exit status 1 when one of the limits is not kept.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib.sh"

export PATH=$PATH:/usr/sbin:/sbin
sizes=(1 4 16)
vms=10 builds=3 work=${WORK:-120}

# image GIB: the bundle's root file system in a file of that size, which is nearly all hole, with a seed of its own
image() {
    local dir=$root/images/$1
    mkdir -p "$dir"
    cp --sparse=always "$BANGER_RUNTIME_DIR/rootfs.ext4" "$dir/rootfs.ext4"
    cp --sparse=always "$BANGER_RUNTIME_DIR/work-seed.ext4" "$dir/work-seed.ext4"
    chmod u+w "$dir"/*.ext4
    truncate -s "$1G" "$dir/rootfs.ext4"
    resize2fs -f "$dir/rootfs.ext4" >"$root/resize.log" 2>&1 || fail "resize2fs: $(cat "$root/resize.log")"
    banger image register "image-$1" --rootfs "$dir/rootfs.ext4" --work-seed "$dir/work-seed.ext4" >/dev/null
}
# create_ms NAME IMAGE
create_ms() {
    local begin
    begin=$(now)
    banger vm create --name "$1" --image "$2" >/dev/null 2>"$root/create.log" || fail "create: $(cat "$root/create.log")"
    since "$begin"
    banger vm delete --force "$1" >/dev/null 2>&1
}
# Bytes that a VM's folder takes; what it shares with its image has a second link.
own_bytes() { find "$(field "$1" paths.dir)" -type f -links 1 -printf '%b\n' | awk '{ n += $1 } END { print n * 512 }'; }

# --- creates ----------------------------------------------------------------------------------------------------

banger daemon start
default=$(banger image default)
for gib in "${sizes[@]}"; do
    image "$gib"
    create_ms warm "image-$gib" >/dev/null # its work disk becomes a template
done
create_ms warm "$default" >/dev/null

all=("$default" "${sizes[@]/#/image-}")
for ((i = 1; i <= runs; i++)); do
    line=
    # Which is first changes, so that none gains by its place.
    for ((j = 0; j < ${#all[@]}; j++)); do
        name=${all[$(((i + j) % ${#all[@]}))]}
        took=$(create_ms "run$i" "$name")
        jq -n -c --arg image "$name" --argjson run "$i" --argjson ms "$took" '{$image, $run, $ms}' >>"$root/creates"
        line+=" $name $took ms,"
    done
    step "create $i of $runs:${line%,}"
done

# --- the disk ---------------------------------------------------------------------------------------------------

step "$vms VMs of one image"
for ((i = 1; i <= vms; i++)); do
    banger vm create --name "disk$i" --image "image-${sizes[0]}" >/dev/null 2>"$root/create.log" || fail "$(cat "$root/create.log")"
    own_bytes "disk$i" >>"$root/bytes"
    banger vm stop "disk$i" >/dev/null # this machine need not run all at once
done
for ((i = 1; i <= vms; i++)); do own_bytes "disk$i" >>"$root/bytes_stopped"; done
banger vm delete --yes $(seq -f 'disk%.0f' $vms) >/dev/null

# --- a build ----------------------------------------------------------------------------------------------------

# One unit of work: reads, writes and reckons, as an installation does. The number of units makes WORK seconds.
cat >"$root/unit.sh" <<'UNIT'
unit() {
    rm -rf /opt/bench && mkdir /opt/bench
    tar -C /usr/bin -cf - . | tar -C /opt/bench -xf -
    tar -C /opt/bench -cf - . | gzip -1 | sha256sum >/dev/null
    sync
}
UNIT
script() { cat "$root/unit.sh" && echo "for i in \$(seq $1); do unit; done"; }

step "how long a unit of work takes"
banger vm create --name work >/dev/null 2>&1
banger vm exec work -- bash -euo pipefail -c "$(script 1)"
begin=$(now)
banger vm exec work -- bash -euo pipefail -c "$(script 1)"
unit_ms=$(since "$begin")
banger vm delete --force work >/dev/null
units=$((work * 1000 / (unit_ms > 0 ? unit_ms : 1)))
[ $units -ge 1 ] || units=1
script $units >"$root/work.sh"

by_ssh() {
    local begin
    begin=$(now)
    banger vm create --name work >/dev/null 2>"$root/work.log"
    banger vm exec work -- bash -euo pipefail -c "$(cat "$root/work.sh")" >>"$root/work.log" 2>&1 || fail "$(tail -n 5 "$root/work.log")"
    banger vm stop work >/dev/null 2>>"$root/work.log"
    banger vm delete work >/dev/null 2>>"$root/work.log"
    since "$begin"
}
by_build() {
    local begin
    begin=$(now)
    banger image build bench --no-defaults --script "$root/work.sh" >"$root/work.log" 2>&1 || fail "$(tail -n 5 "$root/work.log")"
    since "$begin"
    banger image delete bench >/dev/null
}
for ((i = 1; i <= builds; i++)); do
    for way in $([ $((i % 2)) = 0 ] && echo by_ssh by_build || echo by_build by_ssh); do
        $way >>"$root/$way"
    done
    step "build $i of $builds: $(tail -n 1 "$root/by_build") ms, by ssh $(tail -n 1 "$root/by_ssh") ms"
done

jq -n --slurpfile creates "$root/creates" --slurpfile bytes "$root/bytes" --slurpfile stopped "$root/bytes_stopped" \
    --slurpfile build "$root/by_build" --slurpfile ssh "$root/by_ssh" --arg default "$default" --argjson units "$units" \
    --argjson unit_ms "$unit_ms" --argjson cores "$(nproc)" --arg load "$(cut -d' ' -f1-3 /proc/loadavg)" \
    --arg storage "$(stat -f -c %T "$data")" -f "$here/summary.jq" >"$out"
jq -rf "$here/table.jq" "$out"
echo "JSON: $out"
jq -e 'all(.limits[]; .kept)' "$out" >/dev/null || fail "a limit is not kept"
