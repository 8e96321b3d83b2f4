/* Facts that others may react to: changes of VMs, images, operations, and what plugins publish. */
#ifndef BANGER_EXT_EVENTS_H
#define BANGER_EXT_EVENTS_H
#include "../abi.h"
#ifdef __cplusplus
extern "C" {
#endif

#define BANGER_EXT_EVENTS "banger.events/1"

/* [hook] event_json: one object with "type" and "at", as GET /v1/events gives it */
typedef void (*banger_event_fn)(void *context, banger_call *, banger_str event_json);

typedef struct banger_events_ops {
  uint32_t struct_size, flags;
  /* [any-thread] type: ^[a-z][a-z0-9.-]*$, published as "plugin.<id>.<type>"; data_json: one JSON
   * object <= 64 KiB; else E_INVALID. Copied. Does not wait for anybody. E_BUSY: the plugin has
   * published 1000 in a second, and this one is lost. */
  banger_status (*publish)(const banger_host *, banger_str type, banger_str data_json);
  /* [any-thread, from init on] fn gets, in order, the events whose type begins with prefix (empty:
   * all). At most 1024, of 4 MiB together, wait; more drop the oldest, and
   * {"type":"events.dropped","count":N} comes in their place. Returns an id; 0 when the plugin is
   * being destroyed or holds 64 subscriptions and followed streams (api.h) together already. */
  uint64_t (*subscribe)(const banger_host *, banger_str prefix, banger_event_fn fn, void *context);
  /* [any-thread] When it returns, fn neither runs nor will run (unless this is called inside fn).
   */
  void (*unsubscribe)(const banger_host *, uint64_t id);
} banger_events_ops;

#ifdef __cplusplus
}
#endif
#endif
