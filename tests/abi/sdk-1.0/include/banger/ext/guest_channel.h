/* A byte stream to a port that something in the guest listens on (its agent, say). Needs no
 * network. */
#ifndef BANGER_EXT_GUEST_CHANNEL_H
#define BANGER_EXT_GUEST_CHANNEL_H
#include "../abi.h"
#ifdef __cplusplus
extern "C" {
#endif

#define BANGER_EXT_GUEST_CHANNEL "banger.guest-channel/1"

typedef struct banger_guest_channel_ops {
  uint32_t struct_size, flags;
  /* [call-thread] A connected, blocking, close-on-exec stream socket, which the plugin owns and
   * closes (it may outlive the call); or a negative status: E_NOT_FOUND no such VM, E_UNAVAILABLE
   * it does not run or nothing listens on that port, E_TIMEOUT. timeout_ms <= 0: what the call has
   * left. */
  int32_t (*open)(const banger_host *, banger_call *, banger_str vm_id, uint32_t port,
                  int64_t timeout_ms);
} banger_guest_channel_ops;

#ifdef __cplusplus
}
#endif
#endif
