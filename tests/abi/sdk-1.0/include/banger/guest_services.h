/* What something inside the guests of a plugin does for the host. */
#ifndef BANGER_GUEST_SERVICES_H
#define BANGER_GUEST_SERVICES_H
#include "vm.h"
#ifdef __cplusplus
extern "C" {
#endif

#define BANGER_IFACE_GUEST_SERVICES "banger.guest-services/1"

/* NULL = it cannot do that. E_UNAVAILABLE of any: nobody in this guest answers, and the host goes
 * another way (the power button, SSH) or asks the next plugin. */
typedef struct banger_guest_services {
  uint32_t struct_size, flags; /* flags: 0 */
  /* [hook] Asks the guest's init; returns when it has taken the order, not when it is done.
   * action: "shutdown" or "reboot"; reason: one line, for the guest's log. */
  banger_status (*power)(void *self, banger_call *, const banger_vm *, banger_str action,
                         banger_str reason);
  /* [hook] Starts a program. request_json and the stream's frames: docs/guest-agent.md, "Programs".
   * A connected, blocking, close-on-exec stream socket, opened in this call, that the host owns
   * and closes, which ends the program; or a negative status. */
  int32_t (*exec)(void *self, banger_call *, const banger_vm *, banger_str request_json);
} banger_guest_services;

#ifdef __cplusplus
}
#endif
#endif
