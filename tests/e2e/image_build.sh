#!/usr/bin/env bash
# An image of a recipe: two packages of a registry, a file, a service; a VM of it has all three, and the builder's /root.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/image_fixture.sh"

cat >"$recipes/app.service" <<'UNIT'
[Service]
ExecStart=/bin/sh -c 'echo up >/run/app; exec sleep infinity'
[Install]
WantedBy=multi-user.target
UNIT
cat >"$recipes/app.yaml" <<YAML
$(registry_yaml)
  - {url: "http://$gateway:8098/served", sha256: $(hash_of "$registry/served"), to: /opt/served}
packages: [case-one, case-two]
env: {APP_MODE: tested}
files:
  - {to: /etc/systemd/system/app.service, path: app.service}
commands:
  - echo "\$APP_MODE" >/root/made-here
services: [app]
YAML

step "what is wrong is told before a VM boots"
printf 'packages: [a]\nfoo: 1\n' >"$recipes/wrong.yaml"
must_fail 'wrong.yaml:2:1: foo: there is no such key' banger image build app --recipe "$recipes/wrong.yaml"
sed "s/sha256: [0-9a-f]*, to: .etc/sha256: $(printf '0%.0s' {1..64}), to: \/etc/" "$recipes/app.yaml" >"$recipes/hash.yaml"
must_fail 'hash.yaml:2: wrong hash' banger image build app --recipe "$recipes/hash.yaml"
must_fail 'image of the runtime bundle' banger image build debian --replace --package case-one
must_fail "'_x' is no name of an image" banger image build _x --package case-one
must_fail "no image named 'nosuch'" banger image build app --from nosuch --package case-one
same "$(banger op ls --json | jq length)" 0 "operations of builds that were refused"

step "a build"
banger image build app --recipe "$recipes/app.yaml" >"$root/out" 2>"$root/err" || fail "$(cat "$root/err")"
grep -q 'packages' "$root/err" || fail "no stages: $(cat "$root/err")"
expect_images app debian
banger image show app --json | jq -e '.kind == "managed"' >/dev/null || fail "$(banger image show app --json)"
must_fail 'already' banger image build app --package case-one
find "$XDG_STATE_HOME/banger/plugins/imagebuild/logs" -name 'app-*.log' | grep -q . || fail "no log"

step "a VM of it"
banger vm create --name a --image app
same "$(banger vm exec a -- case-one) $(banger vm exec a -- case-two)" "this is case-one this is case-two" "the packages"
same "$(banger vm exec a -- cat /opt/served)" served "the download"
within 60 banger vm exec a -- test -e /run/app || fail "the service does not run"
same "$(banger vm exec a -- cat /root/made-here)" tested "the work seed"
same "$(banger vm exec a -- hostname)" a "its own name"
must_fail 'No such file' banger vm exec a -- ls /var/tmp/banger-build
banger vm delete --force a
banger image delete app
end_registry
