/* A small private store of the plugin: keys of 1 to 255 bytes of UTF-8, values <= 64 KiB of any
 * bytes, 10000 keys. Writes are durable when the function returns. What belongs to one VM goes into
 * its cookie instead. */
#ifndef BANGER_EXT_KV_H
#define BANGER_EXT_KV_H
#include "../abi.h"
#ifdef __cplusplus
extern "C" {
#endif

#define BANGER_EXT_KV "banger.kv/1"

typedef struct banger_kv_ops {
  uint32_t struct_size, flags;
  /* [call-thread] value: the bytes. E_NOT_FOUND when there is no such key. */
  const banger_result *(*get)(const banger_host *, banger_call *, banger_str key);
  /* [call-thread] value: a JSON array of the keys that begin with prefix (UTF-8), sorted. */
  const banger_result *(*list)(const banger_host *, banger_call *, banger_str prefix);
  /* [call-thread] E_INVALID beyond the sizes; E_UNAVAILABLE for a key too many or on a full disk;
   * E_PERMISSION, E_BUSY or E_INTERNAL when it could not be written otherwise. After a failure the
   * value is what it was. */
  banger_status (*set)(const banger_host *, banger_call *, banger_str key, banger_str value);
  /* [call-thread] A missing key is BANGER_OK. */
  banger_status (*remove)(const banger_host *, banger_call *, banger_str key);
} banger_kv_ops;

#ifdef __cplusplus
}
#endif
#endif
