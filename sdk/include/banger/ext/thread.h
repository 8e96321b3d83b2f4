/* Calls for threads that the plugin started itself, so that they can use [call-thread] functions
 * too. */
#ifndef BANGER_EXT_THREAD_H
#define BANGER_EXT_THREAD_H
#include "../abi.h"
#ifdef __cplusplus
extern "C" {
#endif

#define BANGER_EXT_THREAD "banger.thread/1"

typedef struct banger_thread_ops {
  uint32_t struct_size, flags;
  /* [any-thread, between init and destroy] A call that belongs to the calling thread until
   * call_close. name appears in the log; timeout_ms <= 0: no deadline. It is cancelled when the
   * plugin is about to be destroyed. NULL once that has happened, or with 256 open already. */
  banger_call *(*call_open)(const banger_host *, banger_str name, int64_t timeout_ms);
  /* [call-thread] Ends the call and every result it gave: a thread that lives long opens a fresh
   * one for each round of its work, since a call keeps at most 64 MiB of results (abi.h). Before
   * destroy returns, each opened call must be closed: a call that is used afterwards is told in the
   * log. */
  void (*call_close)(banger_call *);
} banger_thread_ops;

#ifdef __cplusplus
}
#endif
#endif
