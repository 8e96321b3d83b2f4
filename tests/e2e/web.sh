#!/usr/bin/env bash
# The web console with a real daemon and a real VM, without JavaScript: each page is there, and a VM is made, looked at,
# stopped and deleted by its forms. What it refuses is refused.
. "$(dirname "$0")/lib.sh"
[ -f "$BANGER_BUILD_DIR/plugins/web.so" ] || skip "the web plugin is not built"
command -v curl >/dev/null || skip "curl is needed (scripts/deps.sh)"

banger daemon start
url=$(banger web --json | jq -r '.open | sub("/$"; "")')
page=$root/page
# get PATH: its HTML in $page; fails unless the status is the second argument (200)
get() {
    local status
    status=$(curl -sS -o "$page" -w '%{http_code}' "$url$1")
    [ "$status" = "${2:-200}" ] || fail "GET $1: $status: $(sed -n 's/<[^>]*>//g; /[^ ]/p' "$page" | head -20)"
}
has() { grep -qF -- "$1" "$page" || fail "the page lacks '$1': $(sed 's/<[^>]*>//g' "$page" | grep -v '^ *$' | head -30)"; }
# post PATH FIELD=VALUE...: prints where it leads
post() {
    local path=$1 answer token field words=()
    shift
    token=$(sed -n 's/.*name="csrf" value="\([^"]*\)".*/\1/p' "$page" | head -n 1)
    for field in "$@"; do words+=(--data-urlencode "$field"); done
    answer=$(curl -sS -o "$root/answer" -w '%{http_code} %header{location}' -H "Origin: $url" --data-urlencode "csrf=$token" "${words[@]}" "$url$path")
    case $answer in
    "303 "*) echo "${answer#303 }" ;;
    *) fail "POST $path: $answer: $(sed 's/<[^>]*>//g' "$root/answer" | grep -v '^ *$' | head -20)" ;;
    esac
}

step "pages of a daemon that has nothing yet"
for path in / /metrics /vms /vms/-/new /images /images/-/new /images/-/register /ops /doctor /plugins /plugins/web /settings /ports /logs; do
    get $path
    has '<h1'
done
get /vms/nosuch 404
get /nosuch 404

step "a VM by the form"
get /vms/-/new
to=$(post /vms name=web-1 "idem=$(sed -n 's/.*name="idem" value="\([^"]*\)".*/\1/p' "$page" | head -n 1)")
get "$to"
has web-1
ready() { banger vm ls --json | jq -e '.[] | select(.name == "web-1" and .state == "running" and .ready_at != null)'; }
within 120 ready || fail "$(banger op ls)"
for path in / /vms /vms/web-1 /vms/web-1/logs /vms/web-1/set /vms/web-1/confirm/delete "/logs?vm=web-1" /ops "$to"; do
    get "$path"
    has web-1
done

same "$(banger op ls --json | jq -r '.[] | select(.kind == "create").initiator')" "plugin web" "who asked for it"
get /ops
has 'web console'

journal() { curl -sSf "$url/vms/web-1/journal.txt" | grep -q .; }
within 60 journal || fail "no journal: $(curl -sS "$url/vms/web-1/journal" | sed 's/<[^>]*>//g')"
get /vms/web-1/journal
has 'Journal of web-1'

# In the background, from what the daemon knows: its CPU, memory and network, and what its process reads and writes.
figures() { curl -sSf "$url/api/v1/vms/web-1/metrics?window=1h" | jq -e '.figures | [.cpu, .memory, .disk, .received, .disk_read] | all(.most != null)'; }
within 60 figures || fail "no figures: $(curl -sS "$url/api/v1/vms/web-1/metrics" | jq -c '.figures | map_values(del(.low, .mean, .high))')"
get /vms/web-1/metrics
has 'Memory of web-1 in the last 5 min'

listens() { curl -sS "$url/ports" | grep -F web-1; }
within 60 listens || fail "nothing listens in it: $(banger vm ports)"

step "what the command line does with VMs and images"
# verbs NOUN: each verb that `banger NOUN --help` lists, those of plugins among them
verbs() { banger "$1" --help | awk '/^Commands:/ { on = 1; next } on && NF == 0 { on = 0 } on && /^  [a-z]/ { sub(",", "", $1); print $1 }'; }
banger image register kept --rootfs "$(banger image show default --json | jq -r '(if type == "array" then .[0] else . end).rootfs')"
# A page where it stands, and what stands there.
declare -A where=(
    [vm create]='/vms/-/new action="/vms"'
    [vm start]='/vms name="action" value="start"'
    [vm stop]='/vms/web-1 formaction="/vms/web-1/stop"'
    [vm restart]='/vms/web-1 formaction="/vms/web-1/restart"'
    [vm kill]='/vms/web-1 formaction="/vms/web-1/kill"'
    [vm trim]='/vms/web-1 formaction="/vms/web-1/trim"'
    [vm delete]='/vms/web-1/confirm/delete action="/vms/web-1/delete"'
    [vm wait]='/vms/web-1 data-vm="web-1"'
    [vm ls]='/vms web-1'
    [vm show]='/vms/web-1/host web-1'
    [vm set]='/vms/web-1/set action="/vms/web-1/set"'
    [vm ssh]='/vms/web-1/terminal data-shell="/vms/web-1/terminal"'
    [vm exec]='/vms/web-1/terminal data-shell="/vms/web-1/terminal"'
    [vm cp]='/vms/web-1 banger vm cp FILE web-1:'
    [vm ssh-config]='/vms/web-1 banger ssh-config'
    [vm logs]='/vms/web-1/logs web-1'
    [vm console]='/vms/web-1 banger vm console web-1'
    [vm commit]='/vms/web-1/commit action="/vms/web-1/commit"'
    [vm diff]='/vms/web-1/changes action="/vms/web-1/changes"'
    [vm ports]='/ports web-1'
    [vm stats]='/vms/web-1/metrics Memory of web-1'
    [image ls]='/images default'
    [image show]='/images/default default'
    [image register]='/images/-/register action="/images/-/register"'
    [image default]='/images/kept "/images/kept/default"'
    [image delete]='/images/kept/confirm/delete "/images/kept/delete"'
    [image prune]='/images/-/prune action="/images/-/prune"'
    [image build]='/images/-/new action="/images/-/new"'
    [image export]='/images/default/export action="/images/default/export"'
    [image import]='/images/-/import action="/images/-/import"'
    [op ls]='/ops create'
    [op show]='/ops href="/ops/'
    [op watch]='/ops href="/ops/'
    [op cancel]='/ops href="/ops/'
)
for noun in vm image op; do
    for verb in $(verbs "$noun"); do
        place=${where[$noun $verb]-}
        [ -n "$place" ] || fail "banger $noun $verb is nowhere in the console"
        unset "where[$noun $verb]"
        get "${place%% *}"
        has "${place#* }"
    done
done
[ ${#where[@]} = 0 ] || fail "there is no banger ${!where[*]}"

step "its end"
banger vm restart web-1
same "$(banger op ls --json | jq -r '.[] | select(.kind == "restart").initiator')" "uid $(id -u)" "who asked for the restart"
get /ops
has 'command line'
get /vms/web-1
to=$(post /vms/web-1/stop)
get "$to"
stopped() { [ "$(field web-1 state)" = stopped ]; }
within 60 stopped || fail "$(banger op ls)"
get /vms/web-1/confirm/delete
post /vms/web-1/delete confirmed=1 >/dev/null
gone() { [ "$(banger vm ls --json | jq length)" = 0 ]; }
within 60 gone || fail "$(banger vm ls)"
get /vms/web-1/metrics 404

step "what is refused"
refused() {
    local want=$1 status
    shift
    status=$(curl -sS -o "$root/answer" -w '%{http_code}' "$@")
    [ "$status" = "$want" ] || fail "$*: $status, not $want"
}
refused 421 -H 'Host: evil.test' "$url/"
refused 403 -H "Origin: $url" -d 'csrf=no' "$url/vms"
refused 403 -H 'Origin: http://evil.test' -d 'csrf=no' "$url/vms"
refused 403 -H 'Sec-Fetch-Site: same-site' "$url/vms"
