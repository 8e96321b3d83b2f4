#!/usr/bin/env bash
# A build that is cancelled, in each of its stages: nothing of it is left.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/image_fixture.sh"

# The daemon's ssh, cp and banger-image, which stop where their words or their input match the file `brake`: so that a
# stage that is over in no time lasts until it is cancelled. A file `braked` says that it has come there.
mkdir "$root/slow"
slow() { # slow NAME PROGRAM
    cat >"$root/slow/$1" <<SH
#!/bin/sh
[ -e "$root/brake" ] || exec "$2" "\$@"
input=\$(mktemp "$root/input.XXXXXX")
[ $1 != ssh ] || cat >"\$input"
if { echo "$1 \$*" && cat "\$input"; } | grep -qE -f "$root/brake"; then
    touch "$root/braked"
    exec sleep 600
fi
exec "$2" "\$@" <"\$input"
SH
    chmod 755 "$root/slow/$1"
}
slow ssh "$(command -v ssh)"
slow cp "$(command -v cp)"
slow banger-image "$BANGER_BUILD_DIR/libexec/banger-image"
export PATH=$root/slow:$PATH
printf 'plugins:\n  entries:\n    imagebuild:\n      config:\n        tool: "%s"\n' "$root/slow/banger-image" >>"$config"

mkdir "$root/modules"
for version in "$BANGER_RUNTIME_DIR"/modules/*/; do # of that kernel, as it has to be, and nothing more to copy
    mkdir "$root/modules/$(basename "$version")"
done
echo echo scripted >"$recipes/extra.sh"
cat >"$recipes/every.yaml" <<YAML
$(registry_yaml)
packages: [case-one]
users: [someone]
files:
  - {to: /etc/of-the-case, content: text}
env: {OF_THE_CASE: "1"}
commands:
  - "true # of-the-case"
services: [ssh]
YAML
all=(--recipe "$recipes/every.yaml" --script "$recipes/extra.sh" --kernel "$BANGER_RUNTIME_DIR/vmlinuz" --modules "$root/modules")

cancel() { # cancel STAGE: by Ctrl-C; it ends as such, and nothing is left
    kill -INT $pid || fail "$1: over already: $(cat "$root/out-some")"
    local status=0
    wait $pid || status=$?
    same $status 130 "exit status ($(cat "$root/out-some"))"
    rm -f "$root/brake" "$root/braked" "$root"/input.*
    expect_images debian
    [ -z "$(find "$XDG_STATE_HOME/banger/plugins/imagebuild" -type f ! -name '*.log')" ] || fail "$1: files are left"
    grep -q 'nothing of ended builds waits' <<<"$(banger doctor)" || fail "$1: $(banger doctor)"
}
braked() { [ -e "$root/braked" ]; }
# wait_until COMMAND...: or the build is over.
wait_until() { within 600 until_or_over "$@" || fail "the build stands: $(cat "$root/out-some") $(banger op ls)"; }
until_or_over() { "$@" || ! kill -0 $pid; }

for stage in preparing 'root file system' 'builder VM' stopping; do
    step "cancelled in: $stage"
    only=()
    [ "$stage" != 'root file system' ] || only=(--rootfs "$BANGER_RUNTIME_DIR/rootfs.ext4")
    [ "$stage" = stopping ] || only+=(--recipe "$recipes/every.yaml")
    build some "${only[@]}" --script "$recipes/extra.sh"
    wait_until in_stage some "$stage"
    cancel "$stage"
done

while IFS='|' read -r stage brake; do
    step "cancelled in: $stage"
    echo "$brake" >"$root/brake"
    build some "${all[@]}"
    wait_until braked
    braked || fail "never in $stage: $(cat "$root/out-some")"
    same "$(banger op show "$(operation some)" --json | jq -r '.stages[-1].name')" "$stage" "the stage"
    cancel "$stage"
done <<STAGES
kernel modules|depmod
download sources.list|tmp/banger-build/download-1
packages|apt-get
user someone|useradd
file /etc/of-the-case|etc/of-the-case
env|OF_THE_CASE=
command every.yaml:9|true # of-the-case
service ssh|systemctl enable
script extra.sh|banger-build/script
sealing|fstrim
merging|^banger-image flatten
compacting|^banger-image compact .*rootfs.ext4
package list|^banger-image inspect
work seed|^banger-image compact .*work-seed.ext4
kernel|^cp .*vmlinuz
STAGES

# What comes then cannot be held up, and may be over: the image is there whole, or nothing is.
for stage in registering 'removing the builder VM'; do
    step "cancelled in: $stage"
    build some --script "$recipes/extra.sh"
    wait_until in_stage some "$stage"
    kill -INT $pid || true
    status=0
    wait $pid || status=$?
    case $status in
    0) expect_images debian some && banger image delete some ;;
    130) expect_images debian ;;
    *) fail "$stage: ended with $status: $(cat "$root/out-some")" ;;
    esac
done
end_registry
