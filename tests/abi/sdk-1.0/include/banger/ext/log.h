/* Beside banger_host.log: is a level on at all? */
#ifndef BANGER_EXT_LOG_H
#define BANGER_EXT_LOG_H
#include "../abi.h"
#ifdef __cplusplus
extern "C" {
#endif

#define BANGER_EXT_LOG "banger.log/1"

typedef struct banger_log_ops {
  uint32_t struct_size, flags;
  /* [any-thread] 1 when lines of this level (BANGER_LOG_*) are kept, so that costly text is built
   * only then; else 0. */
  int32_t (*enabled)(const banger_host *, int32_t level);
} banger_log_ops;

#ifdef __cplusplus
}
#endif
#endif
