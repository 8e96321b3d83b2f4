# What the cases of images begin with; sourced after lib.sh. A small registry of packages on this machine, with two
# packages and one that does not install, and recipes that use it.
# shellcheck shell=bash
# shellcheck disable=SC2154 # of lib.sh

for program in dpkg-deb python3 sha256sum e2fsck resize2fs jq; do
    PATH=$PATH:/usr/sbin:/sbin command -v $program >/dev/null || skip "$program is needed (scripts/deps.sh)"
done
[ -f "$BANGER_BUILD_DIR/plugins/imagebuild.so" ] || skip "the imagebuild plugin is not built"

registry=$root/registry
recipes=$root/recipes
mkdir -p "$registry" "$recipes"

# package NAME [POSTINST]: into the registry, with one program that says its name.
package() {
    local tree=$root/package
    rm -rf "$tree"
    mkdir -p "$tree/DEBIAN" "$tree/usr/bin"
    printf '#!/bin/sh\necho this is %s\n' "$1" >"$tree/usr/bin/$1"
    chmod 755 "$tree/usr/bin/$1"
    printf 'Package: %s\nVersion: 1.0\nArchitecture: all\nMaintainer: nobody <nobody@example.org>\nDescription: a case\n' "$1" >"$tree/DEBIAN/control"
    if [ -n "${2:-}" ]; then
        printf '#!/bin/sh\n%s\n' "$2" >"$tree/DEBIAN/postinst"
        chmod 755 "$tree/DEBIAN/postinst"
    fi
    dpkg-deb --root-owner-group --build "$tree" "$registry/$1.deb" >/dev/null
    {
        dpkg-deb -f "$registry/$1.deb"
        echo "Filename: ./$1.deb"
        echo "Size: $(stat -c %s "$registry/$1.deb")"
        echo "SHA256: $(sha256sum <"$registry/$1.deb" | cut -d' ' -f1)"
        echo
    } >>"$registry/Packages"
    rm -rf "$tree"
}
package case-one
package case-two
package case-broken 'echo this package never works >&2; exit 3'
echo served >"$registry/served"

# The host as VMs see it, at the first address of their network.
gateway=172.30.88.1
(cd "$registry" && exec python3 -m http.server 8098 >/dev/null 2>&1) &
server=$!
end_registry() { kill $server 2>/dev/null && wait $server 2>/dev/null || true; }

echo "deb [trusted=yes] http://$gateway:8098/ ./" >"$recipes/sources.list"
hash_of() { sha256sum <"$1" | cut -d' ' -f1; }
# registry_yaml: the part of a recipe that makes apt use the registry.
registry_yaml() {
    cat <<YAML
downloads:
  - {path: sources.list, sha256: $(hash_of "$recipes/sources.list"), to: /etc/apt/sources.list}
YAML
}

# build NAME [ARGS]: in the background, where Ctrl-C reaches it; sets pid.
build() {
    env --default-signal=INT banger image build "$@" >"$root/out-$1" 2>&1 &
    pid=$!
}
# operation NAME: the id of the build of it that runs.
operation() { banger op ls --json | jq -r --arg name "$1" '[.[] | select(.target == $name and .state == "running")][0].id'; }
# in_stage NAME STAGE: it has come so far.
in_stage() { banger op show "$(operation "$1")" --json | jq -e --arg stage "$2" '.stages | map(.name) | index($stage)'; }

image_names() { banger image ls --json | jq -r '[.[].name] | sort | join(" ")'; }
no_builder() { [ -z "$(vm_names | tr ' ' '\n' | grep '^build-')" ]; }
no_staging() { [ -z "$(ls "$data/image-store/.staging" 2>/dev/null)" ]; }
# Nothing of a build is left on this machine, and these images are there.
expect_images() {
    within 60 no_builder || fail "a builder VM is left: $(vm_names)"
    within 10 no_staging || fail "a staging is left: $(ls "$data/image-store/.staging")"
    same "$(image_names)" "$*" "image ls"
}
