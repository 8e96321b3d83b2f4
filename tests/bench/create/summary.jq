# Samples and machine facts in, the report out.
def quantile($q): sort | .[([((length * $q) | ceil) - 1, 0] | max)];
def spread: {n: length, p50: quantile(0.5), p95: quantile(0.95), min: min, max: max};
# What the host does before the guest boots; the VMM's own start is part of it.
def host_stages: ["boot", "booting", "wait", "ssh", "ready"] as $guest
    | map(select(.stage as $s | $guest | any(. as $g | $s | ascii_downcase | contains($g)) | not) | .ms) | add // 0;
{
    create_to_first_ssh_command_ms: {
        banger: ([$banger[].total] | spread),
        bare: ($bare | spread),
        ratio_p50: (([$banger[].total] | quantile(0.5)) / ($bare | quantile(0.5)) * 1000 | round / 1000),
        sshd_alone: ($alone | spread),
        ratio_p50_to_sshd_alone: (([$banger[].total] | quantile(0.5)) / ($alone | quantile(0.5)) * 1000 | round / 1000),
        cold_page_cache: {banger: $cold[0], bare: $cold[1]}
    },
    create_returned_ms: ([$banger[].created] | spread),
    host_stages_ms: ([$banger[].stages | host_stages] | spread),
    vmm_start_ms: ($vmm_start | spread),
    host_share_ms: (([$banger[].stages | host_stages] | quantile(0.5)) - ($vmm_start | quantile(0.5))),
    stages_ms: ([$banger[].stages[]] | group_by(.stage)
        | map({stage: .[0].stage, p50: (map(.ms) | quantile(0.5)), p95: (map(.ms) | quantile(0.95))})
        | . as $all | [$banger[0].stages[].stage as $name | $all[] | select(.stage == $name)]),
    vm_ls_ms: ($ls | map(. / 1000) | spread),
    vm_show_ms: ($show | map(. / 1000) | spread),
    daemon: {rss_mib: ($daemon_kib / 1024 * 10 | round / 10), wakeups_per_s: $wakeups},
    supervisor: {rss_mib: ($supervisor_kib / 1024 * 10 | round / 10)},
    machine: {cpu: $cpu, cores: $cores, memory_mib: $memory_mib, kernel: $kernel, load: $load, vmm: $vmm, accel: $accel,
        storage: $storage, reflink: $reflink, guest_kernel: $bundle_kernel},
    samples: {banger: $banger, bare: $bare}
}
