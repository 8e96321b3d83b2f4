/* What a plugin holds on the host: GET /v1/footprint and POST /v1/footprint/release are made of
 * these three alone. */
#ifndef BANGER_FOOTPRINT_H
#define BANGER_FOOTPRINT_H
#include "vm.h"
#ifdef __cplusplus
extern "C" {
#endif

#define BANGER_IFACE_FOOTPRINT "banger.footprint/1"

/* Of each function: a negative status says that nobody knows (E_PERMISSION, E_UNAVAILABLE, ..), and
 * is shown beside what other plugins tell; nothing emitted and BANGER_OK: there is nothing.
 * An object is emitted (BANGER_EMIT_JSON) as {"kind":"tap","name":"bgr0a1","vm":"<id>" or null,
 * "state":"in-use|idle|stray","detail":".."}, and members of the plugin's own but "plugin", which
 * the host adds where it shows the object; release() gets back what was emitted, in any order, with
 * the state as it was shown (stray for a VM that is not there). idle: held on purpose for later;
 * stray: nobody knows what for (banger doctor --leaks shows those). Asked only when reconcile() of
 * each VM that runs is done. */
typedef struct banger_footprint {
  uint32_t struct_size, flags; /* flags: 0 */
  /* [hook] what it holds for this VM now, looked up on the host, not from memory */
  banger_status (*list)(void *self, banger_call *, const banger_vm *);
  /* [hook] everything of its kinds that exists on the host now, whoever it belongs to */
  banger_status (*list_all)(void *self, banger_call *);
  /* [hook] frees one object that was listed; already gone is BANGER_OK. E_BUSY when a running VM
   * uses it, E_INVALID when it is none of this plugin's. object_json comes from outside: look again
   * that it is what it says. */
  banger_status (*release)(void *self, banger_call *, banger_str object_json);
} banger_footprint;

#ifdef __cplusplus
}
#endif
#endif
