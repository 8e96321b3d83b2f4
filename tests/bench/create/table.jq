# The report as a table.
def pad($n): tostring | . + (" " * ([$n - length, 0] | max));
def left($n): tostring | (" " * ([$n - length, 0] | max)) + .;
def row($name): ($name | pad(24)) + ([.n, .p50, .p95, .min, .max] | map(if type == "number" then (. * 10 | round / 10) else . end | left(10)) | join(""));
. as $r
| ("" | pad(24)) + (["n", "p50", "p95", "min", "max"] | map(left(10)) | join("")),
  ("create -> first SSH command, ms, warm page cache"),
  ($r.create_to_first_ssh_command_ms.banger | row("  banger")),
  ($r.create_to_first_ssh_command_ms.bare | row("  bare VMM")),
  "  ratio of the p50: \($r.create_to_first_ssh_command_ms.ratio_p50)",
  ($r.create_to_first_ssh_command_ms.sshd_alone | row("  sshd alone as init")),
  "  ratio of the p50: \($r.create_to_first_ssh_command_ms.ratio_p50_to_sshd_alone)",
  "  cold page cache: banger \($r.create_to_first_ssh_command_ms.cold_page_cache.banger), bare \($r.create_to_first_ssh_command_ms.cold_page_cache.bare)",
  ($r.create_returned_ms | row("vm create returned, ms")),
  ($r.host_stages_ms | row("host stages, ms")),
  ($r.vmm_start_ms | row("  of it the VMM's start")),
  "  host share, difference of the p50: \($r.host_share_ms) ms",
  "stages, ms (p50, p95)",
  ($r.stages_ms[] | "  \(.stage | pad(30))\(.p50 | left(8))\(.p95 | left(10))"),
  ($r.vm_ls_ms | row("vm ls, ms")),
  ($r.vm_show_ms | row("vm show, ms")),
  "bangerd idle: \($r.daemon.rss_mib) MiB resident, \($r.daemon.wakeups_per_s) wakeups/s; banger-vm: \($r.supervisor.rss_mib) MiB",
  "machine: \($r.machine.cpu), \($r.machine.cores) cores, \($r.machine.memory_mib) MiB, Linux \($r.machine.kernel), load \($r.machine.load)",
  "guest: Linux \($r.machine.guest_kernel) on \($r.machine.vmm), \($r.machine.accel); storage \($r.machine.storage), reflink \($r.machine.reflink)"
