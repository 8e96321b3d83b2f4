#!/usr/bin/env bash
# Builds that do not come through leave nothing and say why: a package that fails or is not there, a wrong hash, no
# network, a killed daemon; one whose CLI was killed goes on. Two builds at once. A VM saved as an image, and what it
# changed.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/image_fixture.sh"

cat >"$recipes/slow.yaml" <<YAML
$(registry_yaml)
packages: [case-one]
commands:
  - sleep 20
YAML
step "a package that does not install, and its VM for a look"
printf '%s\npackages: [case-broken]\n' "$(registry_yaml)" >"$recipes/broken.yaml"
must_fail 'packages: ended with .*case-broken \(broken.yaml:3\)' banger image build broken --recipe "$recipes/broken.yaml"
expect_images debian
must_fail 'banger vm ssh build-broken-' banger image build broken --recipe "$recipes/broken.yaml" --keep
kept=$(vm_names)
[[ $kept == build-broken-* ]] || fail "no VM was kept: $kept"
banger vm exec "$kept" -- true
banger vm delete --force "$kept"
expect_images debian

step "a package that is not there"
printf '%s\npackages:\n  - case-one\n  - nosuch=1.0\n' "$(registry_yaml)" >"$recipes/nosuch.yaml"
must_fail 'packages: ended with .*nosuch \(nosuch.yaml:5\)' banger image build nosuch --recipe "$recipes/nosuch.yaml"
expect_images debian

step "a download with another hash"
printf 'downloads:\n  - {url: "http://%s:8098/served", sha256: %s, to: /opt/x}\n' $gateway "$(printf '1%.0s' {1..64})" >"$recipes/hash.yaml"
must_fail 'download of served at hash.yaml:2: .*wrong hash' banger image build wrong --recipe "$recipes/hash.yaml"
sed -i 's/to:/optional: true, to:/' "$recipes/hash.yaml"
banger image build right --recipe "$recipes/hash.yaml"
banger image show right --json | jq -e '.note | test("left out")' >/dev/null || fail "no note: $(banger image show right --json)"
expect_images debian right

step "kill -9 of the CLI in a build: it goes on, and another takes it up"
build alone --recipe "$recipes/slow.yaml"
within 200 in_stage alone packages || fail "never in packages: $(cat "$root/out-alone")"
kill -KILL $pid
wait $pid && fail "the end of a killed CLI is no success"
same "$(banger op show "$(operation alone)" --json | jq -r .state)" running "the operation"
banger op watch "$(operation alone)" >"$root/watched" 2>&1 || fail "$(cat "$root/watched")"
grep -q 'alone succeeded' "$root/watched" || fail "it says: $(cat "$root/watched")"
expect_images alone debian right
banger image delete alone

step "a guest without network"
cp "$config" "$root/with-nat"
printf 'plugins:\n  entries:\n    nat:\n      enabled: false\n' >>"$config"
banger daemon stop
echo 'deb [trusted=yes] http://mirror.example.org/ ./' >"$recipes/sources.list" # each source takes its minute
printf '%s\n' "$(registry_yaml)" >"$recipes/lonely.yaml"
must_fail 'packages: ended with .*mirror.example.org' banger image build lonely --recipe "$recipes/lonely.yaml" --package case-one
grep -q 'the plugin nat is off' <<<"$said" || fail "no word of the network: $said"
expect_images debian right
cp "$root/with-nat" "$config"
echo "deb [trusted=yes] http://$gateway:8098/ ./" >"$recipes/sources.list"
banger daemon stop

step "two at once, and one name once"
build one --recipe "$recipes/slow.yaml"
one=$pid
build two --recipe "$recipes/slow.yaml"
two=$pid
within 60 in_stage one 'builder VM' || within 5 in_stage one packages || fail "one does not begin"
must_fail '^error: image one: another job is at it already: build' banger image build one --package case-one
banger daemon status | grep -q '^Image builds.*one.*two' || fail "$(banger daemon status)"
wait $one || fail "one: $(cat "$root/out-one")"
wait $two || fail "two: $(cat "$root/out-two")"
expect_images debian one right two

step "kill -9 of the daemon in a build"
build killed --recipe "$recipes/slow.yaml"
within 200 in_stage killed packages || within 60 in_stage killed 'command slow.yaml:5' || fail "$(cat "$root/out-killed")"
kill_daemon
wait $pid && fail "the end of a killed daemon is no success"
banger vm ls >/dev/null
expect_images debian one right two

step "what a VM changed"
banger vm create --name a --image one
banger vm exec a -- sh -c 'echo new >/opt/new; echo more >>/etc/motd; rm /usr/bin/case-one; echo mine >/root/kept'
banger vm diff a --json >"$root/diff"
jq -e 'map({(.path): .change}) | add | ."/opt/new" == "added" and ."/etc/motd" == "changed" and ."/usr/bin/case-one" == "removed" and ."/etc/hostname" == null and ."/etc/hosts" == null' \
    "$root/diff" >/dev/null || fail "$(cat "$root/diff")"

step "a VM saved as an image"
must_fail 'is running.*change under the copy' banger vm commit a saved
banger vm commit a saved --stop
expect_state a stopped
same "$(banger vm diff a --json | jq 'map(select(.path == "/opt/new")) | length')" 1 "vm diff of a stopped VM"
banger vm create --name b --image saved
same "$(banger vm exec b -- cat /opt/new /root/kept | xargs)" "new mine" "what was saved"
must_fail 'No such file' banger vm exec b -- ls /usr/bin/case-one
same "$(banger vm exec b -- hostname)" b "its own name"
[ "$(banger vm exec b -- cat /etc/machine-id)" != "" ] || fail "no machine id"
banger vm delete --force a b
banger image delete one two right saved
expect_images debian
end_registry
