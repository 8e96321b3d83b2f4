/* The network that VMs are in. The one source: no plugin reads the configuration of another. */
#ifndef BANGER_EXT_NETWORK_INFO_H
#define BANGER_EXT_NETWORK_INFO_H
#include "../abi.h"
#ifdef __cplusplus
extern "C" {
#endif

#define BANGER_EXT_NETWORK_INFO "banger.network-info/1"

/* Both live until the call ends. */
typedef struct banger_network {
  uint32_t struct_size, flags;
  banger_str bridge;            /* interface name, "banger" */
  banger_str subnet;            /* "172.30.88.0/24" */
  banger_str gateway;           /* the bridge's address, "172.30.88.1" */
  uint32_t prefix_length, mtu;  /* 24, 1500 */
  uint32_t owner_uid, reserved; /* who may open the taps */
  banger_str domain;            /* "vm": names are <vm>.<domain> */
} banger_network;

typedef struct banger_vm_address {
  uint32_t struct_size, flags;
  banger_str address; /* "172.30.88.7", the VM's for life */
  banger_str mac;     /* "02:..", likewise */
  banger_str fqdn;    /* "testbox.vm" */
} banger_vm_address;

typedef struct banger_network_info_ops {
  uint32_t struct_size, flags;
  /* [call-thread] Never NULL; does not change while the daemon runs. Used outside of its call, all
   * of it is empty. */
  const banger_network *(*network)(const banger_host *, banger_call *);
  /* [call-thread] NULL when there is no such VM or it has no address; also when it is used outside
   * of its call. Else no field is empty. */
  const banger_vm_address *(*vm_address)(const banger_host *, banger_call *, banger_str vm_id);
} banger_network_info_ops;

#ifdef __cplusplus
}
#endif
#endif
