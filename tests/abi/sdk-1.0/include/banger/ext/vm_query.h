/* What VMs there are: a snapshot, which may be old when it is looked at. Neither waits for a VM or
 * for an operation, so both may be asked in every hook but create(). */
#ifndef BANGER_EXT_VM_QUERY_H
#define BANGER_EXT_VM_QUERY_H
#include "../abi.h"
#ifdef __cplusplus
extern "C" {
#endif

#define BANGER_EXT_VM_QUERY "banger.vm-query/1"

typedef struct banger_vm_query_ops {
  uint32_t struct_size, flags;
  /* [call-thread] value: a JSON array of VMs, as in GET /v1/vms. */
  const banger_result *(*list)(const banger_host *, banger_call *);
  /* [call-thread] value: one VM as JSON, by name or id. E_NOT_FOUND when there is none of it. */
  const banger_result *(*get)(const banger_host *, banger_call *, banger_str name_or_id);
} banger_vm_query_ops;

#ifdef __cplusplus
}
#endif
#endif
