#!/usr/bin/env bash
# The images: stagings become images of banger's own, which VMs share, and which are shown, chosen, replaced, deleted,
# pruned and found again; an image without a work seed gets one at the first create.
. "$(dirname "$0")/lib.sh"

rootfs=$BANGER_RUNTIME_DIR/$(jq -r .rootfs.path "$BANGER_RUNTIME_DIR/bundle.json")
seed=$BANGER_RUNTIME_DIR/$(jq -r .work_seed "$BANGER_RUNTIME_DIR/bundle.json")
store=$data/image-store

# api METHOD PATH [BODY]: the body of a good answer; of another one, which it fails for, too.
api() {
    local answer
    answer=$(printf '%s %s HTTP/1.0\r\nContent-Length: %d\r\n\r\n%s' "$1" "$2" ${#3} "$3" |
        socat -t 60 - "UNIX-CONNECT:$run/bangerd.sock")
    tail -n 1 <<<"$answer"
    [[ $answer == HTTP/1.?\ 2* ]]
}
image() { banger image show "$1" --json | jq -r ".$2"; }
images() { banger image ls --json | jq -r '[.[].name] | sort | join(" ")'; }

# staged WORD: a staging with the bundle's root file system, in which /etc/build has that word. Sets staging and dir.
staged() {
    local made
    made=$(api POST /v1/image-stagings '{}') || fail "no staging: $made"
    staging=$(jq -r .id <<<"$made")
    dir=$(jq -r .dir <<<"$made")
    cp --sparse=always "$rootfs" "$dir/rootfs.ext4"
    echo "$1" >"$root/build"
    debugfs -w -R "write $root/build /etc/build" "$dir/rootfs.ext4" >/dev/null 2>&1
}
# adopt NAME [MEMBERS]: makes it an image.
adopt() { api POST /v1/images "{\"name\":\"$1\",\"staging\":\"$staging\"${2:+,$2}}"; }

banger image ls >/dev/null # a daemon
step "a staging becomes an image"
staged one
same "$(stat -c %a "$dir")" 700 "mode of the staging"
cp --sparse=always "$seed" "$dir/work-seed.ext4"
printf 'bash 5.2\ncurl 7.88\n' >"$dir/packages.txt"
: >"$dir/notes"
must_fail 'notes is no part of an image' adopt dev
rm "$dir/notes"
must_fail 'runtime bundle' adopt debian
adopt dev '"image":{"base":"debian","source":"build","note":"for work"}' >/dev/null || fail "not adopted"
[ ! -e "$dir" ] || fail "the staging is still there"
same "$(images)" "debian dev" "images"
same "$(image dev kind) $(image dev base) $(image dev note)" "managed debian for work" "what is known of it"
same "$(image dev packages.count) $(image dev own_work_seed)" "2 true" "packages and seed"
folder=$(image dev dir)
banger image ls | grep -qE '^dev +managed +[0-9.]+[MG] +[0-9.]+[MG] +debian ' || fail "image ls: $(banger image ls)"
same "$(image dev default)" false "default"

step "a staging that is given up"
staged none
api DELETE "/v1/image-stagings/$staging" '' >/dev/null || fail "not removed"
[ ! -e "$dir" ] || fail "the staging is still there"
api DELETE "/v1/image-stagings/$staging" '' >/dev/null || fail "not removed again"

step "the default"
banger image default dev
same "$(banger image default)" dev "the default"
must_fail 'image dev is the default' banger image delete dev
banger vm create --name a
same "$(field a image)" dev "image of a VM that names none"
same "$(banger vm exec a -- cat /etc/build)" one "build of a"
[ "$folder/rootfs.ext4" -ef "$(field a paths.dir)/base.ext4" ] || fail "the VM does not share the image's file"
banger image default debian
must_fail 'used by a' banger image delete dev

step "replaced, while a VM has it"
staged two
must_fail 'there already' adopt dev
adopt dev '"replace":true' >/dev/null || fail "not replaced"
gone_or_unused() { [ ! -e "$folder" ]; }
within 10 gone_or_unused || fail "the files of the old one stay: $folder"
same "$(image dev older_base | jq -c .)" '["a"]' "VMs of the old one"
banger vm restart a
same "$(banger vm exec a -- cat /etc/build)" one "build of a after the image was replaced"
banger vm delete --force a

step "stagings go with the daemon, images stay"
staged lost
kill_daemon
same "$(images)" "debian dev" "images after kill -9"
[ ! -e "$dir" ] || fail "the staging of a dead daemon is there"

step "without its records an image is found in its folder"
banger daemon stop
rm -f "$data"/banger.sqlite* "$data/images.json"
mkdir "$store/0123456789ab" && : >"$store/0123456789ab/rootfs.ext4"
same "$(images)" "debian dev" "images after the records were lost"
banger doctor 2>&1 | grep -q 'files that no image needs' || fail "doctor does not tell of the leftover"

step "prune"
found=$(banger image prune --dry-run --json)
same "$(jq -c '[.leftovers[].path | select(contains("image-store"))]' <<<"$found")" \
    "[\"$store/0123456789ab\"]" "what prune finds in the store"
jq -e '.leftovers | map(.what) | index("an old template")' <<<"$found" >/dev/null ||
    fail "prune does not find the work disk of the replaced image: $found"
same "$(jq -c .images <<<"$found")" "[]" "images of less than a month"
must_fail 'no terminal to ask on' banger image prune --older-than 0s
banger image prune
[ ! -e "$store/0123456789ab" ] || fail "prune left the folder"
same "$(images)" "debian dev" "images after prune"
banger image prune --older-than 0s --yes
same "$(images)" debian "images after prune of all ages"
[ -z "$(find "$store" -type f)" ] || fail "files are left: $(find "$store" -type f)"

step "the configuration wins over the kept default"
cp --sparse=always "$rootfs" "$root/mine.ext4"
echo hello >"$root/marker"
debugfs -w -R "write $root/marker /root/marker" "$root/mine.ext4" >/dev/null 2>&1
banger image register mine --rootfs "$root/mine.ext4"
same "$(banger image default)" debian "the default after a register"
same "$(image mine own_work_seed)" false "a work seed of its own"
banger daemon stop
sed -i 's/^vm:/vm:\n  image: mine/' "$config"
banger image default debian 2>&1 | grep -q 'vm.image of the configuration is mine, and wins' || fail "nothing says who wins"
must_fail 'vm.image' banger image delete mine
banger daemon stop
cp "$root/default-config" "$config"

step "an image without a work seed"
if [ -x "$BANGER_BUILD_DIR/libexec/banger-image" ]; then
    banger vm create --name b --image mine 2>"$root/said"
    grep -q 'slower once' "$root/said" || fail "the first create does not say so: $(cat "$root/said")"
    same "$(banger vm exec b -- cat /root/marker)" hello "what the image had in /root"
    banger vm delete --force b
    banger vm create --name b --image mine 2>"$root/said"
    ! grep -q 'slower once' "$root/said" || fail "the second create is slower, too"
    same "$(banger vm exec b -- cat /root/marker)" hello "what the image had in /root"
else
    banger vm create --name b --image mine 2>"$root/said"
    grep -q "/root is the bundle's" "$root/said" || fail "nothing says whose /root it is: $(cat "$root/said")"
fi
must_fail 'used by b' banger image delete mine
banger vm delete --force b
banger image delete mine
[ -f "$root/mine.ext4" ] || fail "a registered file was deleted"
same "$(images)" debian "images at the end"
