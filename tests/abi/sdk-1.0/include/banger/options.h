/* Options that a plugin adds to every VM: `vm create` and `vm set` show and check them as flags. */
#ifndef BANGER_OPTIONS_H
#define BANGER_OPTIONS_H
#include "vm.h"
#ifdef __cplusplus
extern "C" {
#endif

#define BANGER_IFACE_VM_OPTIONS "banger.vm-options/1"

typedef struct banger_option {
  uint32_t struct_size, flags; /* BANGER_OPTION_* */
  const char *name;            /* key in the VM's options: ^[a-z][a-z0-9-]{0,31}$ */
  const char *cli_flag;        /* "nat" for --nat, of the same shape, or NULL: only by the API */
  const char *schema; /* JSON Schema: type, enum, default, description, ...; "x-short-flag":"p" asks
                         for -p beside --publish, where the command has no -p of its own; "x-path":
                         true: as in actions.h */
} banger_option;
#define BANGER_OPTION_LIVE  1u /* may change while the VM runs; else at its next start */
#define BANGER_OPTION_NAMES 2u /* its strings name the VM, too, below the domain */

typedef struct banger_vm_options {
  uint32_t struct_size, count;
  const banger_option *const *items;
  /* [hook] optional: what the schemas cannot say. options_json has passed them and holds every
   * option of this plugin, defaults filled in. E_INVALID, with a message that begins with the
   * option. Looks at nothing but its arguments. */
  banger_status (*validate)(void *self, banger_call *, banger_str options_json);
  /* [hook] optional; the options of a running VM change. Negative vetoes the change. */
  banger_status (*option_changed)(void *self, banger_call *, const banger_vm *vm,
                                  banger_str old_json, banger_str new_json);
  /* [hook] required with option_changed: takes that change back. Idempotent; flags:
   * BANGER_UNDO_* */
  banger_status (*option_undo)(void *self, banger_call *, const banger_vm *vm, banger_str old_json,
                               banger_str new_json, uint32_t flags);
  /* [hook] optional: can what they ask for be had now (is a port of the host free)? Asked before a
   * create, a start, or a change of a VM that runs begins; takes nothing, so the hook that takes it
   * looks again. options_json as for validate; vm has no id when it is not made yet. */
  banger_status (*available)(void *self, banger_call *, const banger_vm *vm,
                             banger_str options_json);
} banger_vm_options;

#ifdef __cplusplus
}
#endif
#endif
