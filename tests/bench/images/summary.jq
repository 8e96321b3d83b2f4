# The report. Ratios are medians of the ratios of one round: what slows the machine down for a while slows both.
def quantile($q): sort | .[([((length * $q) | ceil) - 1, 0] | max)];
def median: sort | if length % 2 == 1 then .[(length - 1) / 2] else (.[length / 2 - 1] + .[length / 2]) / 2 end;
def spread: {n: length, p50: median, p95: quantile(0.95), min: min, max: max};
def rounded: . * 1000 | round / 1000;
# Of one image over another one, round by round.
def ratio($rounds; $image; $other): $rounds | map((map(select(.image == $image)) | first.ms) / (map(select(.image == $other)) | first.ms)) | median | rounded;

($creates | group_by(.run)) as $rounds
| ($creates | map(.image) | unique | map(select(. != $default))) as $images
| ($images | map({image: ., ratio: ratio($rounds; .; $default)})) as $ratios
# Every size beside the smallest one.
| ($images | map(select(. != "image-1")) | map({image: ., ratio: ratio($rounds; .; "image-1")})) as $sizes
| ([$build, $ssh] | transpose | map(.[0] / .[1]) | median | rounded) as $build_ratio
| {create_ms: ($creates | group_by(.image) | map({key: .[0].image, value: (map(.ms) | spread)}) | from_entries),
   create_over_default: $ratios,
   create_over_1_gib: $sizes,
   bytes_of_a_vm: {fresh: ($bytes | spread), stopped: ($stopped | spread)},
   build_ms: ($build | spread),
   same_by_ssh_ms: ($ssh | spread),
   build_over_ssh: $build_ratio,
   work: {units: $units, unit_ms: $unit_ms},
   machine: {cores: $cores, load: $load, storage: $storage},
   limits: ([
     {what: "create from an image over the default one", is: ($ratios | map(.ratio) | max), most: 1.02},
     {what: "create by size of the image, off the smallest", is: ($sizes | map(.ratio - 1 | if . < 0 then -. else . end) | max | rounded), most: 0.05},
     {what: "MiB of a VM before it writes, the largest", is: (($bytes | max) / 1048576 | rounded), most: 10},
     {what: "build over the same by ssh", is: $build_ratio, most: 1.15}
   ] | map(. + {kept: (.is <= .most)}))}
