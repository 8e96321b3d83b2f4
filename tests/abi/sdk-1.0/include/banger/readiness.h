/* A stage between "VMM started" and "ready" that a plugin owns, shown with its time in the progress
 * of a create. */
#ifndef BANGER_READINESS_H
#define BANGER_READINESS_H
#include "vm.h"
#ifdef __cplusplus
extern "C" {
#endif

#define BANGER_IFACE_READINESS "banger.readiness/1"

/* Reached means that the guest's SSH server takes logins. The host looks at its port meanwhile: who
 * is first ends the waiting, and the other is cancelled. A failure is a warning. Without it the
 * stage begins when the port is open, and has to be reached. */
#define BANGER_READINESS_SSH 1u

typedef struct banger_readiness {
  uint32_t struct_size, flags; /* BANGER_READINESS_* */
  const char *stage;           /* name in the progress: ^[a-z][a-z0-9-]{0,31}$ */
  const char *summary;         /* one line: what is waited for */
  /* [hook], and other hooks of the plugin may run meanwhile. Returns when the stage is reached.
   * Poll call_cancel_fd() beside what is waited for and return E_CANCELLED when it is readable: the
   * operation was cancelled, the VM ended or the time (call_remaining_ms) is over. BANGER_SKIP: the
   * stage does not apply to this VM. Its deadline is the operation's own, not the hook timeout. */
  banger_status (*wait)(void *self, banger_call *, const banger_vm *);
} banger_readiness;

#ifdef __cplusplus
}
#endif
#endif
