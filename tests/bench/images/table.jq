# The report as a table.
def pad($n): tostring | . + (" " * ([$n - length, 0] | max));
def left($n): tostring | (" " * ([$n - length, 0] | max)) + .;
def row($name): ($name | pad(30)) + ([.n, .p50, .p95, .min, .max] | map(if type == "number" then (. * 10 | round / 10) else . end | left(10)) | join(""));
def mib: map_values(if type == "number" and . > 100000 then . / 1048576 else . end);
("" | pad(30)) + (["n", "p50", "p95", "min", "max"] | map(left(10)) | join("")),
(.create_ms | to_entries[] | .key as $image | .value | row("create of \($image), ms")),
(.create_over_default[] | "  \(.image) over the default: \(.ratio)"),
(.create_over_1_gib[] | "  \(.image) over image-1: \(.ratio)"),
(.bytes_of_a_vm.fresh | mib | row("a VM that has just come up, MiB")),
(.bytes_of_a_vm.stopped | mib | row("the same, stopped, MiB")),
(.build_ms | row("image build, ms")),
(.same_by_ssh_ms | row("the same by ssh, ms")),
"  ratio: \(.build_over_ssh), with \(.work.units) units of \(.work.unit_ms) ms",
(.limits[] | "\(if .kept then "kept" else "NOT KEPT" end)  \(.what): \(.is), at most \(.most)")
