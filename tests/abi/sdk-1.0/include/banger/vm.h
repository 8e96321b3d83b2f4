/* What a plugin does for a VM: contributes to the guest's configuration, acquires and releases
 * things of the host around its life, and reacts to the daemon's own start and stop.
 *
 * A start runs: before_start (acquire, keep a cookie) -> contribute -> validate -> launch ->
 * after_start -> readiness (readiness.h) -> on_ready. Forward hooks run in plugin order; undo,
 * stop and delete hooks in reverse order. */
#ifndef BANGER_VM_H
#define BANGER_VM_H
#include "abi.h"
#ifdef __cplusplus
extern "C" {
#endif

#define BANGER_VM_CREATING        1u
#define BANGER_VM_STARTING        2u
#define BANGER_VM_RUNNING         3u
#define BANGER_VM_PAUSED          4u
#define BANGER_VM_STOPPING        5u
#define BANGER_VM_STOPPED         6u
#define BANGER_VM_CRASHED         7u
#define BANGER_VM_DELETING        8u
#define BANGER_VM_CLEANUP_PENDING 9u

typedef struct banger_vm {     /* read-only snapshot, borrowed for the call */
  uint32_t struct_size, state; /* BANGER_VM_* */
  banger_str id;               /* 12 hex digits, never used twice */
  banger_str name;             /* may change hands after a delete: keep the id, show the name */
  banger_str run_dir;          /* gone after a reboot */
  banger_str spec_json;        /* the VM as GET /v1/vms/ID gives it, with its options */
  banger_str cookie;           /* the newest one that this plugin's hooks stored for this VM, of
                                * those that are not undone, else empty; also in undo */
  int32_t pid;                 /* the VMM's, 0 when none runs */
  uint32_t cid;                /* vsock context id, 0 when it has none */
} banger_vm;

/* ---- guest configuration ---- */
#define BANGER_IFACE_GUEST_CONFIG "banger.guest-config/1" /* plugin side */
#define BANGER_EXT_GUEST_CONFIG   "banger.guest-config/1" /* host side: banger_guest_config_ops */
#define BANGER_OVERRIDE           1u /* take another plugin's field; config.yaml must allow it */

/* Beyond a limit: E_UNAVAILABLE for a size or a number, else E_INVALID; the text in the call names
 * field, value and limit. A VM takes 14 drives and cards together, its own 2 or 3 disks included,
 * 128 kernel arguments of 1792 bytes in all, 256 files of 8 MiB in all. What only the whole can
 * tell (the bytes of all arguments or files, a file below another, what the VMM driver sets) is
 * not the function's to refuse: the start fails after all have contributed. */

/* A raw disk image, after the VM's own disks. When the VM starts (a dry run does not look) it must
 * be a block device, or a file whose size is a multiple of 512. One file is one drive:
 * E_CONFLICT. */
typedef struct banger_drive {
  uint32_t struct_size, flags; /* BANGER_DRIVE_* */
  banger_str id;               /* serial in the guest: a letter, then [A-Za-z0-9._-], <= 20 */
  banger_str host_path;        /* UTF-8, absolute and normal, <= 4095 bytes, a name <= 255 */
} banger_drive;
#define BANGER_DRIVE_READ_ONLY 1u

typedef struct banger_nic {
  uint32_t struct_size, flags; /* flags: 0 */
  banger_str id;               /* "eth0", name in the guest: as a drive's id, <= 15 bytes */
  banger_str tap, mac;         /* host interface, <= 15 bytes; "02:00:5e:10:00:01", unicast */
  uint32_t mtu, reserved;      /* 68 to 65535, 0: the host's default; reserved: 0 */
} banger_nic;

typedef struct banger_file {   /* written in the guest before its init runs */
  uint32_t struct_size, mode;  /* mode: permission bits, <= 07777; 0644 as 420 */
  uint32_t uid, gid;           /* <= 4294967294 */
  banger_str guest_path, data; /* as a drive's host_path; any bytes, <= 1 MiB */
} banger_file;

/* All [call-thread], only inside contribute() with the builder it was given. Same field with
 * another value: E_CONFLICT naming both plugins (recorded in the call, see call_fail), unless flags
 * has BANGER_OVERRIDE and the configuration allows it. Everything is copied. */
typedef struct banger_guest_config_ops {
  uint32_t struct_size, flags;
  /* Printable ASCII without spaces and quotes; key <= 64 bytes without '=', value <= 1024, may be
   * empty: a word without '='. No "--", and nothing that the VMM driver sets (console, reboot,
   * panic, tsc, tsc_early_khz, banger.disks, banger.poweroff, banger.vsock). */
  banger_status (*kernel_arg)(banger_gcb *, banger_str key, banger_str value, uint32_t flags);
  banger_status (*drive)(banger_gcb *, const banger_drive *, uint32_t flags);
  /* E_UNSUPPORTED without BANGER_PLUGIN_NETWORK */
  banger_status (*nic)(banger_gcb *, const banger_nic *, uint32_t flags);
  banger_status (*file)(banger_gcb *, const banger_file *, uint32_t flags);
} banger_guest_config_ops;

typedef struct banger_guest_config { /* plugin side; either may be NULL */
  uint32_t struct_size, flags;       /* flags: 0 */
  /* [hook] Pure: reads the VM and its cookie, changes nothing. Dry runs call it too, for a VM that
   * does not run and for one that is not made: that one has no id (empty), and neither has the
   * cookie that before_start would keep. */
  banger_status (*contribute)(void *self, banger_call *, const banger_vm *, banger_gcb *);
  /* [hook] Sees the merged configuration with owners; a negative status refuses the start. */
  banger_status (*validate)(void *self, banger_call *, const banger_vm *, banger_str merged_json);
} banger_guest_config;

/* ---- lifecycle ---- */
#define BANGER_IFACE_VM_LIFECYCLE "banger.vm-lifecycle/1"
/* [hook] BANGER_OK, or BANGER_SKIP: it does not apply to this VM and nothing is held. A negative
 * status, with the cause by call_fail(): a hook that may veto refuses the operation, any other is
 * told. Any negative status will do; E_INVALID what was asked for cannot be, E_CONFLICT and E_BUSY
 * something else has it, E_UNAVAILABLE something needed is not there, E_PERMISSION, E_CANCELLED and
 * E_TIMEOUT when call_cancel_fd() became readable. self: what create() set. */
typedef banger_status (*banger_vm_hook)(void *self, banger_call *, const banger_vm *);

/* NULL = not subscribed. Every before_* hook, after_create and after_start may veto with a negative
 * status. When one of the four that have a BANGER_HOOK_* number fails, times out or the daemon dies
 * in it, undo() is called for it (PARTIAL) and for every earlier one, in reverse. The other hooks
 * report: a failing on_ready is a warning of the VM; after a failing after_stop or after_delete
 * undo() is called for what this plugin's hooks of that start (or of the VM) have on record.
 * A VM that ends by itself (power off, crash) gets after_stop without before_stop. before_stop may
 * refuse `vm stop --force`, too; `vm delete --force` goes on after a veto of before_delete. */
typedef struct banger_vm_lifecycle {
  uint32_t struct_size, flags; /* flags: 0 */
  banger_vm_hook before_create, after_create, before_start, after_start, on_ready;
  banger_vm_hook before_stop, after_stop, before_delete, after_delete;
  /* Per VM that runs, when a daemon takes it up at its start: make the host match. Not asked for
   * others: what is left of those is for undo() and reconcile_all(). */
  banger_vm_hook reconcile;
  /* [hook] Required with any of the four that have a number. Idempotent, tolerant of half-done
   * work; never overlaps its own hook. hook: BANGER_HOOK_*, flags: BANGER_UNDO_*. A failing undo
   * keeps its record: the VM is cleanup-pending and undo is tried again later with RETRY. */
  banger_status (*undo)(void *self, banger_call *, const banger_vm *, uint32_t hook,
                        uint32_t flags);
} banger_vm_lifecycle;
#define BANGER_HOOK_BEFORE_CREATE 1u
#define BANGER_HOOK_AFTER_CREATE  2u
#define BANGER_HOOK_BEFORE_START  3u
#define BANGER_HOOK_AFTER_START   4u
#define BANGER_UNDO_PARTIAL       1u /* the hook itself failed, or the daemon died in it */
#define BANGER_UNDO_RETRY         2u /* after a failed undo; with PARTIAL: nobody knows how far */

/* ---- the daemon ---- */
#define BANGER_IFACE_DAEMON "banger.daemon/1"
typedef struct banger_daemon_hooks { /* NULL = not subscribed */
  uint32_t struct_size, flags;       /* flags: 0 */
  /* [control] After every plugin's init, before the first VM is looked at. A negative status: the
   * plugin is "failed", destroy() follows without on_stop, and the daemon does not start when
   * config.yaml requires the plugin. */
  banger_status (*on_start)(void *self, banger_call *);
  /* [control] VMs go on without the daemon; nothing of a running VM is released here */
  void (*on_stop)(void *self, banger_call *);
  /* [hook] After reconcile of every VM: what belongs to no VM, or to none that runs, can go. A
   * failure is a line of the log. */
  banger_status (*reconcile_all)(void *self, banger_call *);
  /* [hook] Instead of on_start and all other hooks but destroy: the plugin was switched off after
   * it had been active, and VMs may run. Gives back what they can do without, looked up on the
   * host, not from memory. OK when nothing is held any more: its open records of hooks leave the
   * journal. BANGER_SKIP while running VMs need something: it is asked again before one starts,
   * after one has stopped or was deleted, and by the next daemon; not after it ended a daemon here
   * (by a signal or exit()), before the plugin was on again.
   * Without this slot what it holds stays until it is switched on again. */
  banger_status (*leave)(void *self, banger_call *);
} banger_daemon_hooks;

#ifdef __cplusplus
}
#endif
#endif
