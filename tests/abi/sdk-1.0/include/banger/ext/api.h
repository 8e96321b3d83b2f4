/* The daemon's HTTP API in-process: the same router, checks and answers as over its socket. */
#ifndef BANGER_EXT_API_H
#define BANGER_EXT_API_H
#include "../abi.h"
#ifdef __cplusplus
extern "C" {
#endif

#define BANGER_EXT_API "banger.api/1"

/* Never NULL; lives until the call ends. */
typedef struct banger_response {
  uint32_t struct_size;
  int32_t http_status; /* 0: not answered at all, body is the reason as a problem document */
  banger_str content_type, body;
} banger_response;

/* [hook] One line of a streamed resource, without its end; over == 1: the stream has ended, line is
 * empty or the reason. */
typedef void (*banger_line_fn)(void *context, banger_call *, banger_str line, int32_t over);

typedef struct banger_api_ops {
  uint32_t struct_size, flags;
  /* [call-thread] Blocks until the answer, within the call's deadline. method "GET", target
   * "/v1/vms?..", body_json empty or one JSON object (<= 1 MiB). Every HTTP status is an answer; a
   * failed one has a problem document {"error":{"kind","message","hint"}} as body. http_status 0,
   * and the same document: there was none, since the call is cancelled (kind cancelled), its time
   * is over (timeout), or the answer is longer than 16 MiB. A change of the VM whose hook is
   * running is answered 409 (kind busy) at once. Resources that go on (follow=1, events) are for
   * follow(). */
  const banger_response *(*request)(const banger_host *, banger_call *, banger_str method,
                                    banger_str target, banger_str body_json);
  /* [any-thread, from init on] Follows a resource that answers in lines (/v1/events,
   * /v1/operations/ID/events). Returns an id; 0 when the plugin is being destroyed or has 64
   * followed streams and subscriptions (events.h) together already, or nothing is to be followed
   * there. fn is called one line at a time; context stays the plugin's. A reader that falls 1024
   * lines or 4 MiB behind is ended. */
  uint64_t (*follow)(const banger_host *, banger_str target, banger_line_fn fn, void *context);
  /* [any-thread] When it returns, fn neither runs nor will run (unless this is called inside fn).
   */
  void (*unfollow)(const banger_host *, uint64_t id);
} banger_api_ops;

#ifdef __cplusplus
}
#endif
#endif
