/* What a plugin knows of a guest, for whoever looks at its VM: reads never wait for a guest. */
#ifndef BANGER_EXT_GUEST_FACTS_H
#define BANGER_EXT_GUEST_FACTS_H
#include "../abi.h"
#ifdef __cplusplus
extern "C" {
#endif

#define BANGER_EXT_GUEST_FACTS "banger.guest-facts/1"

typedef struct banger_guest_facts_ops {
  uint32_t struct_size, flags;
  /* [any-thread, from init on] facts_json: one JSON object <= 64 KiB, "guest" of the VM from now on
   * (GET /v1/vms), in the place of what was there. The host and its command line know these
   * members, each may be missing: "state" ("booting", "ready", "away", "silent"), "heard_at" (RFC
   * 3339: the guest's last answer), "agent" {"version"}, "failed_units" [..], "stats" and "ports"
   * (as the answers in docs/guest-agent.md) and "cpu_percent" of all its CPUs. In memory only,
   * until the VM ends or this plugin is destroyed. A VM that does not run, or is not there, is no
   * error. E_INVALID. Waits for nobody. */
  banger_status (*put)(const banger_host *, banger_str vm_id, banger_str facts_json);
} banger_guest_facts_ops;

#ifdef __cplusplus
}
#endif
#endif
