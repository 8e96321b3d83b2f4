#!/usr/bin/env bash
# The default image and the one with Docker, whole, with what they fetch from the world beyond: half an hour and more, so
# no case of ./test.sh but `make verify-images`. Prints what it measured as a table.
# NPM_REGISTRY=URL  where mise and opencode come from (default: what this machine's npm says, else the plugin's own)
# TMUX_RESURRECT=ARCHIVE, TMUX_CONTINUUM=ARCHIVE  the plugins of tmux, where their home is out of reach
[ -n "${BANGER_E2E_INSIDE:-}" ] || exec 9</proc/self/ns/net # where slirp4netns has to be: outside of the case's
. "$(dirname "$0")/lib.sh"
[ -f "$BANGER_BUILD_DIR/plugins/imagebuild.so" ] || skip "the imagebuild plugin is not built"
for program in curl debugfs sha256sum; do
    PATH=$PATH:/usr/sbin:/sbin command -v $program >/dev/null || skip "$program is needed (scripts/deps.sh)"
done
. "$(dirname "$0")/registry_beyond.sh"

measured=$root/measured
measure() { printf '| %s | %s |\n' "$1" "$2" >>"$measured" && step "$1: $2"; }
seconds() { awk -v s="$1" '{ printf "%.0f", $1 - s }' /proc/uptime; }
clock() { awk '{ print $1 }' /proc/uptime; }
mib() { awk -v n="$1" 'BEGIN { printf "%.0f MiB", n / 1048576 }'; }
in_vm() { banger vm exec "$@"; }

# --- where everything comes from --------------------------------------------------------------------------------

registry=${NPM_REGISTRY:-$(command -v npm >/dev/null && npm config get registry 2>/dev/null || true)}
{
    echo 'plugins:'
    echo '  entries:'
    echo '    imagebuild:'
    echo '      config:'
    echo "        npm_registry: \"$(sed 's#/$##' <<<"${registry:-https://registry.npmjs.org}" | behind_slirp)\""
    [ -z "${TMUX_RESURRECT:-}${TMUX_CONTINUUM:-}" ] || echo '        tmux_plugins:'
    for plugin in resurrect continuum; do
        archive=TMUX_${plugin^^} && archive=${!archive:-}
        [ -z "$archive" ] || printf '          %s: {path: "%s", sha256: %s}\n' $plugin "$archive" "$(sha256sum <"$archive" | cut -d' ' -f1)"
    done
} >>"$config"
# The guest's own release, from the registry of this machine.
release=$(PATH=$PATH:/usr/sbin:/sbin debugfs -R 'cat /usr/lib/os-release' "$BANGER_RUNTIME_DIR/rootfs.ext4" 2>/dev/null |
    sed -n 's/^VERSION_CODENAME=//p')
[ -n "$release" ] || skip "the bundle's root file system names no release"
recipes=$root/recipes
mkdir "$recipes"
echo "deb $uri $release $component" >"$recipes/sources.list"
cp "$root/apt.conf" "$recipes/apt.conf"
cat >"$recipes/here.yaml" <<YAML
downloads:
  - {path: sources.list, sha256: $(sha256sum <"$recipes/sources.list" | cut -d' ' -f1), to: /etc/apt/sources.list}
  - {path: apt.conf, sha256: $(sha256sum <"$recipes/apt.conf" | cut -d' ' -f1), to: /etc/apt/apt.conf.d/99host}
YAML

# build NAME OPTION...
build() {
    local name=$1 begin
    shift
    begin=$(clock)
    banger image build "$name" --recipe "$recipes/here.yaml" --defaults "$@" >"$root/build.log" 2>&1 ||
        fail "build of $name: $(tail -n 30 "$root/build.log")"
    measure "build of \`$name\`" "$(seconds "$begin") s"
    banger image show "$name" --json >"$root/$name.json"
    measure "\`$name\`: on the disk" "$(mib "$(jq .disk_bytes "$root/$name.json")")"
    measure "\`$name\`: content" "$(mib "$(jq .content_bytes "$root/$name.json")")"
    measure "\`$name\`: packages" "$(jq .packages.count "$root/$name.json")"
    jq -e '.own_work_seed' "$root/$name.json" >/dev/null || fail "$name has no work seed: $(cat "$root/$name.json")"
}
# create NAME IMAGE, and its work disk is a template from the second one on
create() {
    local begin
    begin=$(clock)
    banger vm create --name "$1" --image "$2" --memory 2G >/dev/null 2>"$root/create.log" || fail "$(cat "$root/create.log")"
    measure "create of \`$1\` from \`$2\`" "$(seconds "$begin") s"
}

# --- the default image ------------------------------------------------------------------------------------------

step "the default image, with packages of $uri $release"
build dev
create dev-1 dev
begin=$(clock)
answers() { curl -fsS --max-time 10 -o "$root/page" "http://$(field dev-1 ip):4096/doc"; }
within 300 answers || fail "opencode does not answer on port 4096: $(in_vm dev-1 -- journalctl -u opencode -n 20)"
measure "opencode answers on port 4096 of the VM, to this machine" "$(seconds "$begin") s after the create"
for program in mise opencode tmux git gcc python3 jq rg zstd; do
    in_vm dev-1 -- bash -lc "command -v $program" >/dev/null || fail "there is no $program"
done
measure "mise" "$(in_vm dev-1 -- mise --version 2>/dev/null | tail -n 1)"
measure "opencode" "$(in_vm dev-1 -- opencode --version 2>/dev/null | tail -n 1)"
in_vm dev-1 -- bash -lc 'tmux new-session -d -s case && tmux has-session -t case' || fail "tmux does not start"
plugins=$(in_vm dev-1 -- bash -c 'ls /usr/local/share/tmux-plugins 2>/dev/null || true' | tr '\n' ' ')
measure "plugins of tmux" "${plugins:-$(jq -r '.note // "no note"' "$root/dev.json")}"
[ -n "$plugins" ] || jq -e '.note | contains("tmux")' "$root/dev.json" >/dev/null || fail "nobody says that tmux has no plugins"
if [ -n "$plugins" ]; then
    in_vm dev-1 -- bash -lc 'tmux show-options -g' | grep -q resurrect || fail "tmux does not know its plugins"
fi
banger vm exec --agent dev-1 -- true || fail "the agent does not answer"
create dev-2 dev
[ "$(in_vm dev-1 -- cat /etc/machine-id)" != "$(in_vm dev-2 -- cat /etc/machine-id)" ] || fail "two VMs are one machine"
accel=$(field dev-1 accel)
banger vm delete --force dev-1 dev-2

# --- Docker -----------------------------------------------------------------------------------------------------

step "the image with Docker"
build docker --docker --package busybox-static
create docker-1 docker
docker_up() { in_vm docker-1 -- docker info; }
begin=$(clock)
within 300 docker_up || fail "docker does not come up: $(in_vm docker-1 -- journalctl -u docker -n 20)"
measure "Docker answers" "$(seconds "$begin") s after the create"
measure "Docker" "$(in_vm docker-1 -- docker version --format '{{.Server.Version}}, {{.Client.Version}}')"
measure "Compose" "$(in_vm docker-1 -- docker compose version --short 2>/dev/null || in_vm docker-1 -- docker-compose version --short)"
begin=$(clock)
# An image of one program, made there: no registry of containers is needed.
# shellcheck disable=SC2016
said=$(in_vm docker-1 -- bash -ec 'mkdir -p /tmp/tiny/bin && cp "$(command -v busybox)" /tmp/tiny/bin/busybox
tar -C /tmp/tiny -c . | docker import - tiny:1 >/dev/null
docker run --rm tiny:1 /bin/busybox echo hello from a container')
same "$said" "hello from a container" "docker run"
measure "docker import and run of one program" "$(seconds "$begin") s"
in_vm docker-1 -- bash -ec 'printf "services:\n  one:\n    image: tiny:1\n    command: [/bin/busybox, echo, composed]\n" >/root/compose.yaml
cd /root && { docker compose up 2>&1 || docker-compose up 2>&1; } | grep -q composed' || fail "compose runs nothing"
same "$(in_vm docker-1 -- docker info --format '{{.DockerRootDir}}')" /root/.docker-data "where Docker's data is"
banger vm delete --force docker-1

# --- and back ---------------------------------------------------------------------------------------------------

step "an archive of it"
begin=$(clock)
banger image export dev "$root/dev.tar.zst" >/dev/null 2>"$root/export.log" || fail "$(cat "$root/export.log")"
measure "export of \`dev\`" "$(seconds "$begin") s, $(mib "$(stat -c %s "$root/dev.tar.zst")")"
banger image delete dev docker
begin=$(clock)
banger image import "$root/dev.tar.zst" >/dev/null 2>"$root/import.log" || fail "$(cat "$root/import.log")"
measure "import of it" "$(seconds "$begin") s"
create again dev
in_vm again -- mise --version >/dev/null || fail "there is no mise in what was imported"
banger vm delete --force again
banger image delete dev
rm "$root/dev.tar.zst"

echo
echo "| | $(nproc) processors, $expected_vmm with $accel |"
echo '| --- | --- |'
cat "$measured"
end_beyond
