#!/usr/bin/env bash
# create -> first SSH command, interleaved with a bare VMM booting the same kernel, initramfs and disks until SSH
# answers. usage: bench.sh [--runs N] [--out FILE]   (as root, or with user namespaces; default 10 runs)
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../lib.sh"

numbers() { jq -s . "$1"; }
# The files leave the page cache, nothing else of the machine does.
drop_cache() { for file in "$@"; do dd if="$file" iflag=nocache count=0 status=none; done; }

# One VM by banger gives the command line, initramfs and empty disks of the bare one, in a network of its own.
prepare_bare() {
    local pid run dir argument index
    banger vm create --name model >/dev/null
    pid=$(field model pid) run=$(field model paths.run) dir=$(field model paths.dir) address=$(field model ip)
    mkdir -p "$root/bare/run"
    mapfile -d '' -t command <"/proc/$pid/cmdline"
    cp -al "$dir/." "$root/bare/" # with what it was made from: base, kernel, initramfs
    rm "$root"/bare/{overlay,work}.ext4
    overlay=$(find "$data" -path '*templates*' -name 'overlay*' | head -1)
    work=$(find "$data" -path '*templates*' -name 'work*' | head -1)
    serial=$(printf '%s\n' "${command[@]}" | sed -n 's/^chardev:\(.*\)/\1/p' | head -1)
    for index in "${!command[@]}"; do
        argument=${command[$index]//$run/$root/bare/run}
        argument=${argument//$dir/$root/bare}
        case $argument in
        socket,id=* | stdio,id=* | unix,id=* | pipe,id=* | file,id=*)
            argument=${argument#*,id=} && argument=${argument%%,*}
            if [ "$argument" = "$serial" ]; then argument="file,id=$argument,path=console.log"; else argument="null,id=$argument"; fi
            ;;
        tap,*) argument="tap,$(grep -oE '\bid=[^,]*' <<<"$argument"),ifname=bare0,script=no,downscript=no" ;;
        -S) argument=-no-reboot ;;
        esac
        command[$index]=$argument
    done
    printf '%s\0' "${command[@]}" >"$root/bare/command"
    banger vm delete --force model
    unshare --net sleep infinity &
    bare_net=$!
    sleep 0.3
    in_bare_net ip link add bare type bridge
    in_bare_net ip addr add "${address%.*}.1/24" dev bare
    in_bare_net ip link set bare up
    in_bare_net ip tuntap add bare0 mode tap
    in_bare_net ip link set bare0 master bare up
}
in_bare_net() { nsenter --target $bare_net --net "$@"; }
run_bare() {
    cp --reflink=auto --sparse=always "$overlay" "$root/bare/overlay.ext4"
    cp --reflink=auto --sparse=always "$work" "$root/bare/work.ext4"
    in_bare_net "$here/bare.sh" "$root/bare" "$address" "$BANGER_RUNTIME_DIR/id_ed25519"
}
# The same kernel, root file system and disks with sshd alone as init: what a boot costs at the least.
prepare_sshd_alone() {
    local index
    cp -al "$root/bare/." "$root/alone/"
    rm -f "$root"/alone/{overlay,work}.ext4
    alone=("${command[@]}")
    for index in "${!alone[@]}"; do
        [ "${alone[$index]}" != -append ] || alone[index + 1]+=" init=/sshd-alone"
        alone[index]=${alone[index]//$root\/bare/$root/alone}
    done
    printf '%s\0' "${alone[@]}" >"$root/alone.command" # command is a hard link to the other one's
    mv "$root/alone.command" "$root/alone/command"
    cat >"$root/sshd-alone" <<'END'
#!/bin/sh
mkdir -p /dev/pts && mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /run && mkdir -p /run/sshd
exec /usr/sbin/sshd -D
END
    cp --sparse=always "$overlay" "$root/alone.ext4"
    printf '%s\n' 'mkdir upper' 'cd upper' "write $root/sshd-alone sshd-alone" 'sif sshd-alone mode 0100755' |
        debugfs -w -f - "$root/alone.ext4" >/dev/null 2>&1
}
run_sshd_alone() {
    cp --reflink=auto --sparse=always "$root/alone.ext4" "$root/alone/overlay.ext4"
    cp --reflink=auto --sparse=always "$work" "$root/alone/work.ext4"
    in_bare_net "$here/bare.sh" "$root/alone" "$address" "$BANGER_RUNTIME_DIR/id_ed25519"
}
# The VMM alone, from its exec until it has loaded the kernel and answers: no host program can be faster.
vmm_start() {
    local begin greeting answer
    # shellcheck disable=SC2016
    coproc vmm {
        cd "$root/bare" && in_bare_net bash -c 'echo "${EPOCHREALTIME//[.,]/}"; exec "$@"' - \
            "${command[@]}" -S -qmp stdio 2>vmm.log
    }
    read -r begin <&"${vmm[0]}"
    echo '{"execute":"qmp_capabilities"}' >&"${vmm[1]}"
    read -r greeting <&"${vmm[0]}" && read -r answer <&"${vmm[0]}"
    since "$begin"
    grep -q QMP <<<"$greeting" && grep -q return <<<"$answer" || fail "the bare VMM: $greeting $answer"
    echo '{"execute":"quit"}' >&"${vmm[1]}"
    cat <&"${vmm[0]}" >/dev/null # until it has ended
}
run_banger() { # NAME: prints {"total":ms,"created":ms,"stages":[...]}
    local begin created total
    begin=$(now)
    banger vm create --name "$1" >/dev/null 2>"$root/create.log" || fail "create: $(cat "$root/create.log")"
    created=$(since "$begin")
    banger vm exec "$1" -- true
    total=$(since "$begin")
    banger vm show "$1" --json | jq -c --argjson t "$total" --argjson c "$created" '{total: $t, created: $c, stages: .timings}'
}
read_time() { # COMMAND...: wall time of 20 runs, in microseconds
    local begin end i
    for ((i = 0; i < 20; i++)); do
        begin=$EPOCHREALTIME # without the subshells that now() takes
        "$@" >/dev/null
        end=$EPOCHREALTIME
        echo $((${end//[.,]/} - ${begin//[.,]/}))
    done
}
rss() { awk '/^VmRSS/ { print $2 }' "/proc/$1/status"; }
switches() { awk '/ctxt_switches/ { n += $2 } END { print n }' /proc/"$1"/task/*/status; }

step "preparing the bare command line"
banger daemon start
prepare_bare
mkdir "$root/alone"
prepare_sshd_alone
files=("$BANGER_RUNTIME_DIR"/*.img "$BANGER_RUNTIME_DIR"/vmlinu* "$BANGER_RUNTIME_DIR"/*.ext4)

step "one run each with a cold page cache"
drop_cache "${files[@]}"
run_banger cold | jq .total >"$root/cold_banger"
banger vm delete --force cold
drop_cache "${files[@]}"
run_bare >"$root/cold_bare"

for ((run_number = 1; run_number <= runs; run_number++)); do
    run_banger "b$run_number" >>"$root/banger"
    [ $run_number = "$runs" ] || banger vm delete --force "b$run_number"
    run_bare >>"$root/bare_ms"
    run_sshd_alone >>"$root/alone_ms"
    vmm_start >>"$root/vmm_ms"
    step "run $run_number: banger $(tail -1 "$root/banger" | jq .total) ms, bare $(tail -1 "$root/bare_ms") ms, sshd alone $(tail -1 "$root/alone_ms") ms"
done

step "reads, and the idle daemon for 20 s with one VM"
read_time banger vm ls >"$root/ls_us"
read_time banger vm show "b$runs" >"$root/show_us"
daemon=$(daemon_pid)
sleep 2
before=$(switches "$daemon")
sleep 20
wakeups=$(awk -v n=$(($(switches "$daemon") - before)) 'BEGIN { printf "%.2f", n / 20 }')

reflink=no
cp --reflink=always "$overlay" "$root/reflink" 2>/dev/null && reflink=yes
rm -f "$root/reflink"
jq -n --slurpfile banger "$root/banger" --slurpfile bare "$root/bare_ms" --slurpfile vmm_start "$root/vmm_ms" \
    --slurpfile alone "$root/alone_ms" --slurpfile ls "$root/ls_us" \
    --slurpfile show "$root/show_us" --argjson cold "[$(cat "$root/cold_banger"),$(cat "$root/cold_bare")]" \
    --argjson wakeups "$wakeups" --argjson daemon_kib "$(rss "$daemon")" \
    --argjson supervisor_kib "$(rss "$(pgrep -x banger-vm | head -1)")" \
    --arg cpu "$(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1)" --argjson cores "$(nproc)" \
    --argjson memory_mib "$(awk '/^MemTotal/ { print int($2 / 1024) }' /proc/meminfo)" --arg kernel "$(uname -r)" \
    --arg vmm "$("${command[0]}" --version | head -1)" --arg accel "$(field "b$runs" accel)" \
    --arg storage "$(stat -f -c %T "$data")" --arg reflink $reflink --arg load "$(cut -d' ' -f1-3 /proc/loadavg)" \
    --arg bundle_kernel "$(jq -r .kernel.version "$BANGER_RUNTIME_DIR/bundle.json")" -f "$here/summary.jq" >"$out"
banger vm delete --force "b$runs"
kill $bare_net
wait $bare_net 2>/dev/null || true
rm -rf "$root"/{bare,alone}
echo
jq -rf "$here/table.jq" "$out"
echo "JSON: $out"
