/* Child processes, run by the host: no shell, no inherited descriptors, logged. Unprivileged; for
 * steps that need root see privileged.h, or run a helper of your own with `sudo -n`. */
#ifndef BANGER_EXT_EXEC_H
#define BANGER_EXT_EXEC_H
#include "../abi.h"
#ifdef __cplusplus
extern "C" {
#endif

#define BANGER_EXT_EXEC "banger.exec/1"

/* [call-thread, within run] Some bytes of the program's output as they come, not cut at lines.
 * stream: 1 standard output, 2 standard error. */
typedef void (*banger_output_fn)(void *context, banger_call *, int32_t stream, banger_str bytes);

typedef struct banger_exec_request {
  uint32_t struct_size, flags; /* flags: 0 */
  const banger_str *argv;      /* argv[0] without a slash is looked up in PATH */
  uint64_t argc;
  const banger_kv *env; /* added to the daemon's environment */
  uint64_t env_count;
  banger_str cwd;             /* absolute; empty: the plugin's state_dir */
  banger_str input;           /* given to its standard input */
  int64_t timeout_ms;         /* 0: what the call has left; never more than that */
  uint64_t output_limit;      /* bytes kept of each stream, 0: 4 MiB; the rest is dropped */
  banger_output_fn on_output; /* NULL: not asked for. Gets all bytes, also those beyond the limit */
  void *output_context;
} banger_exec_request;

/* Never NULL; lives until the call ends. */
typedef struct banger_exec_result {
  uint32_t struct_size;
  banger_status status; /* BANGER_OK: it ran to its end, whatever its exit status */
  int32_t code, signal; /* exit status when signal is 0 */
  banger_str out, err;
  banger_str message, hint; /* on failure: E_NOT_FOUND (no such program), E_TIMEOUT, E_CANCELLED */
} banger_exec_result;

typedef struct banger_exec_ops {
  uint32_t struct_size, flags;
  /* [call-thread] Blocks until the child has ended and its output is closed. The child (not what it
   * started itself) is asked to end (SIGTERM) when the call is cancelled or the time is over, and
   * killed when it still runs a second later: five in a job, but at most half of its cleanup_ms.
   * Its descriptors are 0, 1 and 2 alone. E_INVALID: no argument, more than 4096, or a NUL byte in
   * one; argv[0], cwd or the name of a variable that is not UTF-8 (other arguments and values may
   * have any bytes, as names of files do); E_UNSUPPORTED: flags; E_NOT_FOUND: no such program or
   * folder; E_PERMISSION: it may not be run; E_TIMEOUT, E_CANCELLED. The text is in the result and
   * recorded in the call.
   */
  const banger_exec_result *(*run)(const banger_host *, banger_call *, const banger_exec_request *);
} banger_exec_ops;

#ifdef __cplusplus
}
#endif
#endif
