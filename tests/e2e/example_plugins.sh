#!/usr/bin/env bash
# The SDK's example plugins in a real daemon: a folder of this machine is mounted in the guest, and a webhook is told of
# the VM's states.
. "$(dirname "$0")/lib.sh"

plugins=$BANGER_BUILD_DIR/tests/plugins
[ -f "$plugins/share-dir.so" ] && [ -f "$plugins/vm-notify.so" ] || skip "the example plugins are not built"
for tool in mke2fs curl socat; do
    command -v $tool >/dev/null || skip "no $tool"
done

shared=$HOME/shared
mkdir "$shared" "$root/hook"
echo "from the host" >"$shared/hello.txt"
mkfifo "$shared/pipe" # whatever stands in a folder
# Answers each request, and keeps its body.
cat >"$root/answer" <<'SH'
#!/bin/bash
while IFS= read -r line && line=${line%$'\r'} && [ -n "$line" ]; do
    case ${line,,} in content-length:*) length=${line##*: } ;; esac
done
head -c "$length" >"$1/$$" && mv "$1/$$" "$1/notice-$$"
printf 'HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n'
SH
chmod +x "$root/answer"
socat TCP-LISTEN:8099,bind=127.0.0.1,fork,reuseaddr EXEC:"$root/answer $root/hook" &
listener=$!

cat >>"$config" <<YAML
plugins:
  path: [$plugins]
  entries:
    share-dir: {enabled: true}
    vm-notify: {enabled: true, config: {webhook: "http://127.0.0.1:8099/", states: [running, stopped]}}
YAML
banger config check
notices() { cat "$root"/hook/notice-* 2>/dev/null; }
told() { notices | grep -qF "$1"; }

step "what cannot be shared is refused before anything is made"
must_fail 'no absolute path' banger vm create --name a --share shared
must_fail 'no folder /nonexistent' banger vm create --name a --share /nonexistent
expect_vms

step "a VM with a folder"
banger vm create --name a --share "$shared:/srv/shared"
same "$(banger vm exec a -- cat /srv/shared/hello.txt)" "from the host" "the file in the guest"
banger vm exec a -- sh -c '! touch /srv/shared/new 2>/dev/null' || fail "the folder can be written"
banger vm exec a -- findmnt -n -o OPTIONS /srv/shared | grep -q 'nosuid' || fail "how is it mounted?"
image=$(find "$root" -name "$(field a id).img")
[ -f "$image" ] || fail "no image of the folder"
banger vm show --host a | grep -qF "$image" || fail "vm show --host does not list the image"
banger x share-dir ls | grep -qF /srv/shared || fail "x share-dir ls: $(banger x share-dir ls)"
within 20 told '{"vm":"a","state":"running"}' || fail "nobody was told: $(notices)"
banger x vm-notify test
within 20 told '{"vm":"test","state":"running"}' || fail "the test notice did not arrive: $(notices)"

step "the daemon dies: the folder stays"
kill_daemon
same "$(banger vm exec a -- cat /srv/shared/hello.txt)" "from the host" "the file after a restart"
[ -f "$image" ] || fail "the image of a VM that runs is gone"

step "stopped, it is given back; the next start has what is there then"
banger vm stop a
[ ! -e "$image" ] || fail "the image is still there"
within 20 told '{"vm":"a","state":"stopped"}' || fail "nobody was told of the stop: $(notices)"
echo "later" >"$shared/hello.txt"
banger vm start a
same "$(banger vm exec a -- cat /srv/shared/hello.txt)" "later" "the file after a start"
banger vm delete --force a
[ -z "$(find "$root" -name '*.img' -path '*share-dir*')" ] || fail "left: $(find "$root" -name '*.img')"
banger doctor --leaks >"$root/leaks" 2>&1 || fail "leaks: $(cat "$root/leaks")"
kill $listener
