/* The core of the plugin ABI: plain values, borrowed bytes and opaque handles.
 *
 * Rules that hold for every function of every header here
 * - Structs marked FROZEN never change. All others are growable: fields are only ever appended, and
 *   a reader looks at a field through BANGER_HAS. The producer sets struct_size to its own sizeof.
 * - Inputs are borrowed until the function returns; whoever keeps them copies. Nobody frees memory
 *   of the other side. Results of host functions belong to the host and live until the banger_call
 *   they were given ends. Host strings also end in NUL; plugin strings need not.
 * - Text is UTF-8: what is not is refused (E_INVALID), or mended where it is only shown. Arguments
 *   of programs are bytes (ext/exec.h), and what is called so. Times are milliseconds, sizes bytes,
 *   unless the name says otherwise (_mib).
 * - No exception, panic or longjmp may leave a plugin function.
 *
 * Thread words
 *   [control]      one after the other for all plugins, on a thread of the host's that may be
 *                  another each time. One that does not return in time is given up: the plugin is
 *                  stuck, and the calls of other plugins go on beside it
 *   [hook]         a worker thread; one at a time per plugin, or, with BANGER_PLUGIN_CONCURRENT,
 *                  one at a time per plugin and VM, and those about no VM beside them
 *   [call-thread]  only the thread that the banger_call was handed to; checked at run time:
 *                  E_INVALID else, and a line in the log. E_UNAVAILABLE once the plugin has been
 *                  destroyed, for threads that it left behind
 *   [any-thread]   every thread, also the plugin's own
 */
#ifndef BANGER_ABI_H
#define BANGER_ABI_H
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

#define BANGER_ABI_MAJOR 1u          /* also in the entry symbol's name */
#define BANGER_ABI_MINOR 0u          /* +1 when any growable struct grows */
#define BANGER_MAGIC     0x31504742u /* "BGP1" */
#if defined(__GNUC__)
#define BANGER_EXPORT __attribute__((visibility("default")))
#else
#define BANGER_EXPORT
#endif
/* Did the producer of *p know field f, and set it? */
#define BANGER_HAS(T, p, f) ((p)->struct_size >= offsetof(T, f) + sizeof((p)->f) && (p)->f != 0)

typedef struct banger_str {
  const char *ptr;
  uint64_t len;
} banger_str; /* FROZEN; may lack NUL; ptr may be NULL when len is 0 */
typedef struct banger_kv {
  banger_str key, value;
} banger_kv; /* FROZEN */
typedef struct banger_iface {
  const char *id;
  const void *table;
} banger_iface; /* FROZEN */
/* Opaque: one call, with its deadline, cancel flag, errors and output. */
typedef struct banger_call banger_call;
/* Opaque: the guest-config builder, see vm.h. */
typedef struct banger_gcb banger_gcb;

typedef int32_t banger_status; /* no C enum, bool, long, bit-field or size_t anywhere in the ABI */
#define BANGER_OK            0
#define BANGER_SKIP          1    /* does not apply here; not an error. Other positives: reserved */
#define BANGER_E_INTERNAL    (-1) /* an unknown negative is read as this */
#define BANGER_E_INVALID     (-2)
#define BANGER_E_UNSUPPORTED (-3) /* also: a flag bit the callee does not know */
#define BANGER_E_CONFLICT    (-4)
#define BANGER_E_TIMEOUT     (-5)
#define BANGER_E_CANCELLED   (-6)
#define BANGER_E_BUSY        (-7) /* re-enters the same VM operation; too many at once */
#define BANGER_E_NOT_FOUND   (-8)
#define BANGER_E_EXCEPTION   (-9) /* the C++ layer or the host's guard caught one */
#define BANGER_E_RETRY       (-10)
#define BANGER_E_PERMISSION  (-11)
#define BANGER_E_UNAVAILABLE (-12) /* something needed is missing or not running */

#define BANGER_LOG_TRACE   0
#define BANGER_LOG_DEBUG   1
#define BANGER_LOG_INFO    2 /* from here on also in the log of the operation it serves */
#define BANGER_LOG_WARNING 3
#define BANGER_LOG_ERROR   4

#define BANGER_EMIT_TEXT  1u
#define BANGER_EMIT_JSON  2u
#define BANGER_EMIT_MIME  3u /* web: once, before BANGER_EMIT_BYTES */
#define BANGER_EMIT_BYTES 4u

/* What a host function gives back. Never NULL; lives until the call it was asked in ends. A call
 * that keeps 64 MiB of results gets no further one, and nothing is done for it: E_UNAVAILABLE. */
typedef struct banger_result {
  uint32_t struct_size;
  banger_status status;
  banger_str value;         /* the answer, as the function documents it; empty on failure */
  banger_str message, hint; /* on failure: the cause and the next step */
} banger_result;

typedef struct banger_host { /* host -> plugin; valid until destroy() returns */
  uint32_t struct_size, abi_minor;
  banger_str daemon_version;
  banger_str state_dir; /* this plugin's private folder (0700), there from create() on */
  /* [any-thread] from create() on, in create() too. id: NUL-terminated. The extension's table, the
   * same pointer each time and valid as long as the host is; NULL when this host has none of that
   * id (what requires_ext names is there). Each table starts with struct_size. create() may take
   * tables, but calls none of their functions. */
  const void *(*get_extension)(const struct banger_host *, const char *id);
  /* [any-thread] level: BANGER_LOG_*; call may be NULL, kv too when n is 0. Copied. The host adds
   * plugin, VM and hook; a longer line than 8 KiB is cut, and what comes too fast is left out and
   * counted. Never fails. */
  void (*log)(const struct banger_host *, banger_call *, int32_t level, banger_str msg,
              const banger_kv *kv, uint64_t n);
  /* [call-thread] The reason for the negative status that is about to be returned, and the next
   * step for the user; both copied, and cut beyond 4 KiB. An empty msg keeps what the last failing
   * host function of this call recorded. Called again, the last one counts. One line: control
   * characters are replaced. status: the one that will be returned; it is the returned one that
   * counts. */
  void (*call_fail)(banger_call *, banger_status, banger_str msg, banger_str hint);
  int32_t (*call_cancelled)(banger_call *);    /* [any-thread] 0 or 1, cheap */
  int64_t (*call_remaining_ms)(banger_call *); /* [any-thread] <= 0: the deadline has passed */
  /* [any-thread] readable = cancelled; never close it. -1 when the call is over, or the daemon has
   * no descriptor left. */
  int32_t (*call_cancel_fd)(banger_call *);
  /* [call-thread] In forward lifecycle hooks and reconcile: bytes (<= 64 KiB) kept with the VM and
   * given back as banger_vm.cookie, copied and durable on return. E_INVALID when larger,
   * E_UNSUPPORTED in other calls; E_UNAVAILABLE on a full disk, E_PERMISSION, E_BUSY or E_INTERNAL
   * when they could not be written otherwise: then the cookie is what it was. */
  banger_status (*call_set_cookie)(banger_call *, banger_str bytes);
  /* [call-thread] Output of an action or a footprint list, copied; other calls may emit, and
   * nobody reads it. kind: BANGER_EMIT_*, else E_UNSUPPORTED. E_INVALID for text or JSON that is
   * not UTF-8 or does not parse, or beyond 16 MiB or 65536 pieces in one call. */
  banger_status (*call_emit)(banger_call *, uint32_t kind, banger_str bytes);
} banger_host;

typedef struct banger_descriptor {
  uint32_t struct_size, flags; /* BANGER_PLUGIN_* */
  const char *id;              /* ^[a-z][a-z0-9-]{0,31}$, the name of the file without ".so" */
  const char *name, *version;  /* required */
  const char *vendor, *license, *url, *summary;
  const char *config_schema; /* JSON Schema of its part of config.yaml, or NULL: no keys */
  uint32_t config_version, hook_timeout_ms;                  /* 0: the host's default */
  const char *const *requires_ext, *const *requires_plugins; /* hard; NULL-terminated, or NULL */
  const char *const *after, *const *before;                  /* soft order, ids of plugins */
} banger_descriptor;
#define BANGER_PLUGIN_CONCURRENT 1u /* hooks for different VMs may run at the same time */
/* Its contribute() gives VMs network cards; nic() is only for such plugins. Where none takes part,
 * the host refuses a create or start before anything is made. */
#define BANGER_PLUGIN_NETWORK 2u

typedef struct banger_entry {
  uint32_t magic, struct_size, abi_major;
  uint32_t min_minor;   /* the oldest host it can work with */
  uint32_t built_minor; /* information only */
  uint32_t iface_count;
  const banger_descriptor *desc;
  const banger_iface *ifaces; /* interfaces it implements; ids the host does not know are ignored */
  /* [control] config_json fits config_schema, defaults filled in. Sets *self, which every later
   * call gets. Takes nothing and uses no service of the host: checks call it, too. E_INVALID for a
   * setting that the schema lets through; the message begins with its key. After a failure there is
   * no destroy(). */
  banger_status (*create)(const banger_host *, banger_call *, banger_str config_json, void **self);
  /* [control] optional; after every create, in plugin order. Threads start here. After a failure
   * destroy() follows, and no other call. */
  banger_status (*init)(void *self, banger_call *);
  /* [control] once, after the last call into the plugin; not while one has not returned. Its calls
   * are cancelled, timers and subscriptions ended. Joins its threads, closes what it opened; may
   * still log. */
  void (*destroy)(void *self);
} banger_entry;

/* [control] The only exported symbol: static data, the same each time, no side effects. It is also
 * called where no plugin is going to run. */
BANGER_EXPORT const banger_entry *banger_plugin_entry_v1(void);

#ifdef __cplusplus
}
#endif
#endif
