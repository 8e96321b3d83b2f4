/* Steps that need root, done by the host's helper: a closed set of verbs that it validates itself
 * (bridge-ensure, tap-create, ...; docs/privileges.md lists them). Every step is logged and shown
 * with its operation. */
#ifndef BANGER_EXT_PRIVILEGED_H
#define BANGER_EXT_PRIVILEGED_H
#include "../abi.h"
#ifdef __cplusplus
extern "C" {
#endif

#define BANGER_EXT_PRIVILEGED "banger.privileged/1"

typedef struct banger_privileged_ops {
  uint32_t struct_size, flags;
  /* [call-thread] Blocks, within the call's deadline. args_json: one JSON object. value: the verb's
   * result, one JSON object. E_PERMISSION with the command that would allow it as hint when the
   * helper may not run as root (nothing ever prompts); E_INVALID for a verb that it does not have
   * or arguments that the verb refuses; other statuses are what the kernel said of the step. After
   * E_TIMEOUT and E_CANCELLED it may have been done all the same: look. */
  const banger_result *(*run)(const banger_host *, banger_call *, banger_str verb,
                              banger_str args_json);
  /* [call-thread] value: {"mode":"root|sudo|none","ready":bool,"command":".."}, where command is
   * what the user would run to make it ready. */
  const banger_result *(*readiness)(const banger_host *, banger_call *);
} banger_privileged_ops;

#ifdef __cplusplus
}
#endif
#endif
