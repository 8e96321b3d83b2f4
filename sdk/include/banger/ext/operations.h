/* A long job of the plugin as an operation of the daemon: it is listed, watched and cancelled like
 * `vm create` (GET /v1/operations, `banger op`), outlives who asked for it, and ends before the
 * daemon does. */
#ifndef BANGER_EXT_OPERATIONS_H
#define BANGER_EXT_OPERATIONS_H
#include "../abi.h"
#ifdef __cplusplus
extern "C" {
#endif

#define BANGER_EXT_OPERATIONS "banger.operations/1"

/* [hook] The whole job, on a thread of the host's, beside every hook of the plugin. A negative
 * status with call_fail is the operation's error; the last BANGER_EMIT_JSON, one object of at most
 * 1 MiB, its result, else it has none. What host->log writes with this call at BANGER_LOG_INFO or
 * more is in the operation's log, too. A cancelled job (call_cancelled, call_cancel_fd) takes back
 * what it did and returns BANGER_E_CANCELLED. */
typedef banger_status (*banger_job_fn)(void *context, banger_call *);

#define BANGER_JOB_ITEMS 0u /* units of progress() */
#define BANGER_JOB_BYTES 1u

typedef struct banger_job {
  uint32_t struct_size, flags; /* flags: 0 */
  banger_str kind;    /* ^[a-z][a-z0-9-]{0,63}$; the operation's kind is "<plugin>.<kind>" */
  banger_str target;  /* what it is about, as its user calls it: one line, <= 256 bytes */
  int64_t timeout_ms; /* <= 0: none. At its end the job is cancelled, and fails with E_TIMEOUT */
  int64_t cleanup_ms; /* what it may take once it is cancelled; then the plugin is stuck. <= 0: 30
                         s, at most 10 min. The daemon waits that long when it is stopped */
  banger_job_fn run;
  void *context; /* the job's own from the moment start succeeds */
} banger_job;

typedef struct banger_operations_ops {
  uint32_t struct_size, flags;
  /* [call-thread] Begins a job and returns at once; value: the operation's id, "op-..". run is
   * called exactly once, unless the plugin is stuck, faulted or destroyed before that; also when
   * the operation is cancelled at once. The job may outlive the call by hours.
   * E_INVALID: kind, target, flags or run; E_BUSY: 16 jobs of this plugin run; E_UNAVAILABLE: the
   * daemon is being stopped. */
  const banger_result *(*start)(const banger_host *, banger_call *, const banger_job *);
  /* [call-thread, job] Ends the stage before and begins this one: one line, <= 64 bytes. Once
   * the job is cancelled, stages are steps of its clean-up. E_INVALID: the call is no job's.
   * The first 200 are told. */
  banger_status (*stage)(banger_call *, banger_str name);
  /* [call-thread, job] How much of the stage is done; total 0: not known. unit: BANGER_JOB_*.
   * Cheap: call it as often as you like, about ten a second are told. E_INVALID: the call is no
   * job's. */
  banger_status (*progress)(banger_call *, uint64_t done, uint64_t total, uint32_t unit);
  /* [call-thread, job] A line for the operation's log alone, such as output of a program; level:
   * BANGER_LOG_*. Cut at 4 KiB; 200 lines a second and the newest 1000 are kept, what was dropped
   * is counted. E_INVALID: the call is no job's. */
  banger_status (*output)(banger_call *, int32_t level, banger_str line);
  /* [call-thread, job] At the end of the stage that runs, so many percent of the whole job are
   * done. From the first call on the operation's percent is that of the whole: progress() moves it
   * from what the stage before reached up to this, and nothing moves it back. Without any it is
   * that of the stage. E_INVALID: the call is no job's, or percent is more than 100. */
  banger_status (*reaches)(banger_call *, uint32_t percent);
} banger_operations_ops;

#ifdef __cplusplus
}
#endif
#endif
