#!/usr/bin/env bash
# One day with the web console in Chromium, with a real daemon and real VMs: create with NAT, open what it serves, follow
# its log, build an image by the form, create from it, stop both at once, delete. The steps are in web_journey.mjs.
here=$(dirname "$0")
[ -n "${BANGER_E2E_INSIDE:-}" ] || "$here/../browser/run.sh" || exit # what comes from the npm registry: inside there is no network
. "$here/lib.sh"
. "$here/image_fixture.sh"
[ -f "$BANGER_BUILD_DIR/plugins/web.so" ] || skip "the web plugin is not built"

cat >"$recipes/journey.yaml" <<YAML
$(registry_yaml)
packages: [case-one]
YAML
cat >>"$config" <<YAML
plugins:
  entries:
    web: {config: {file_roots: ["$recipes"]}}
YAML
banger daemon start
url=$(banger web --json | jq -r '.open | sub("/$"; "")')
export BANGER_BROWSER_DIR=$BANGER_BUILD_DIR/browser BANGER_CHROMIUM=${BANGER_CHROMIUM:-$(command -v chromium)}
node "$here/web_journey.mjs" "$url" "$recipes/journey.yaml" || fail "the journey ended early"
expect_vms
expect_images debian
end_registry
