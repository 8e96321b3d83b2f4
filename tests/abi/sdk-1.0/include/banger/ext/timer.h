/* Timers: work off the path of any operation. */
#ifndef BANGER_EXT_TIMER_H
#define BANGER_EXT_TIMER_H
#include "../abi.h"
#ifdef __cplusplus
extern "C" {
#endif

#define BANGER_EXT_TIMER "banger.timer/1"

typedef void (*banger_timer_fn)(void *context, banger_call *); /* [hook] */

typedef struct banger_timer_ops {
  uint32_t struct_size, flags;
  /* [any-thread, from init on] Runs fn once after delay_ms, and, when period_ms > 0, again
   * period_ms after each end. The call has the plugin's hook timeout. Returns an id; 0 when the
   * plugin is being destroyed or holds 256 timers already. context stays the plugin's. */
  uint64_t (*start)(const banger_host *, int64_t delay_ms, int64_t period_ms, banger_timer_fn fn,
                    void *context);
  /* [any-thread] When it returns, fn neither runs nor will run (unless this is called inside fn).
   * An id that is over is fine. The host cancels what is left before destroy. */
  void (*cancel)(const banger_host *, uint64_t id);
} banger_timer_ops;

#ifdef __cplusplus
}
#endif
#endif
