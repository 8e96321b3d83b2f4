#!/usr/bin/env bash
# What a guest is given and by whom: shown before its VM is made, while it runs and while it does not.
. "$(dirname "$0")/lib.sh"

owner() { jq -r ".config.$1[] | select(.$2 == \"$3\") | .owner" "$root/shown"; } # owner LIST KEY VALUE
has() { jq -e "$1" "$root/shown" >/dev/null || fail "not $1: $(cat "$root/shown")"; }
kept() { # every file below, with its content
    find "$data" "$run" -type f ! -name '*-shm' -exec sha256sum {} + | sort -k 2
    find "$data" "$run" -type d | sort
}

step "a dry run shows the VM and its guest, and makes nothing"
banger vm ls >/dev/null
kept >"$root/before"
banger vm create --name web --vcpu 2 --publish 2222:22 --dry-run --json >"$root/dry"
kept | diff "$root/before" - || fail "a dry run left something"
same "$(banger op ls --json)" "[]" "operations"
same "$(jq -c '[.vm.name, .vm.vcpus, .vm.id, .vm.ip, .vm.driver]' "$root/dry")" "[\"web\",2,null,null,\"$expected_vmm\"]" "the VM"
jq .guest_config "$root/dry" >"$root/shown"
has '.of == "first_start" and .network_card == "at_start"'
same "$(owner files path /etc/resolv.conf)" dns "owner of resolv.conf"
same "$(owner drives id work)" banger "owner of the work disk"
grep -q "a network card comes at the start" <<<"$(banger vm create --dry-run)" || fail "not told when the card comes"
must_fail "Not_A_Name" banger vm create --dry-run --name Not_A_Name
must_fail memory banger vm create --dry-run --memory 900G

step "of a VM that runs: what it was started with"
banger vm create --name web --publish 2222:22
must_fail "a VM named 'web' exists already" banger vm create --dry-run --name web
must_fail "2222" banger vm create --dry-run --publish 2222:22
banger vm show --guest-config web --json >"$root/shown"
has '.of == "running" and .network_card == "present"'
same "$(owner nics id eth0)" tap-pool "owner of the card"
same "$(jq -r '.config.guest[] | select(.key == "network") | .value[0].address' "$root/shown")" "$(field web ip)/24" "address"
has '[.config.guest[] | select(.key == "ssh_host_keys" or .key == "entropy") | .value] == ["(secret)", "(secret)"]'
grep -rq "PRIVATE KEY" "$root/shown" && fail "a key is shown"
same "$(stat -c %a "$(field web paths.dir)/guest-config.json")" 600 "mode of guest-config.json"

step "of one that does not: what is next"
banger vm stop web
banger vm show --guest-config web --json >"$root/shown"
has '.of == "next_start" and .network_card == "at_start"'
same "$(owner files path /etc/resolv.conf)" dns "owner of resolv.conf"
grep -q "next start of web" <<<"$(banger vm show --guest-config web)" || fail "not said to be the next start's"
banger vm delete --yes web
must_fail "no VM named 'web'" banger vm show --guest-config web
