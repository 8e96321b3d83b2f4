// The layout of ABI 1.0 on 64-bit machines: size and offset of every field, its type, and
// the value of every constant. It does not compile when one of them changes.
#include <banger/plugin.h>

#include <string_view>
#include <type_traits>

namespace {

#define SIZE(type, bytes) static_assert(sizeof(type) == (bytes), #type " is frozen")
#define AT_LEAST(type, bytes) static_assert(sizeof(type) >= (bytes), #type " only grows")
#define FIELD(type, field, offset, ...)                                                            \
    static_assert(offsetof(type, field) == (offset) &&                                             \
                      std::is_same_v<decltype(type::field), __VA_ARGS__>,                          \
                  #type "." #field " has its place and its type")
#define VALUE(name, ...) static_assert(name == (__VA_ARGS__), #name " has its value")
#define ID(name, text) static_assert(std::string_view(name) == (text), #name " has its text")

SIZE(banger_str, 16);
FIELD(banger_str, ptr, 0, const char*);
FIELD(banger_str, len, 8, uint64_t);

SIZE(banger_kv, 32);
FIELD(banger_kv, key, 0, banger_str);
FIELD(banger_kv, value, 16, banger_str);

SIZE(banger_iface, 16);
FIELD(banger_iface, id, 0, const char*);
FIELD(banger_iface, table, 8, const void*);

AT_LEAST(banger_result, 56);
FIELD(banger_result, struct_size, 0, uint32_t);
FIELD(banger_result, status, 4, banger_status);
FIELD(banger_result, value, 8, banger_str);
FIELD(banger_result, message, 24, banger_str);
FIELD(banger_result, hint, 40, banger_str);

AT_LEAST(banger_host, 104);
FIELD(banger_host, struct_size, 0, uint32_t);
FIELD(banger_host, abi_minor, 4, uint32_t);
FIELD(banger_host, daemon_version, 8, banger_str);
FIELD(banger_host, state_dir, 24, banger_str);
FIELD(banger_host, get_extension, 40, const void* (*)(const struct banger_host*, const char* id));
FIELD(banger_host, log, 48,
      void (*)(const struct banger_host*, banger_call*, int32_t level, banger_str msg,
               const banger_kv* kv, uint64_t n));
FIELD(banger_host, call_fail, 56,
      void (*)(banger_call*, banger_status, banger_str msg, banger_str hint));
FIELD(banger_host, call_cancelled, 64, int32_t (*)(banger_call*));
FIELD(banger_host, call_remaining_ms, 72, int64_t (*)(banger_call*));
FIELD(banger_host, call_cancel_fd, 80, int32_t (*)(banger_call*));
FIELD(banger_host, call_set_cookie, 88, banger_status (*)(banger_call*, banger_str bytes));
FIELD(banger_host, call_emit, 96, banger_status (*)(banger_call*, uint32_t kind, banger_str bytes));

AT_LEAST(banger_descriptor, 112);
FIELD(banger_descriptor, struct_size, 0, uint32_t);
FIELD(banger_descriptor, flags, 4, uint32_t);
FIELD(banger_descriptor, id, 8, const char*);
FIELD(banger_descriptor, name, 16, const char*);
FIELD(banger_descriptor, version, 24, const char*);
FIELD(banger_descriptor, vendor, 32, const char*);
FIELD(banger_descriptor, license, 40, const char*);
FIELD(banger_descriptor, url, 48, const char*);
FIELD(banger_descriptor, summary, 56, const char*);
FIELD(banger_descriptor, config_schema, 64, const char*);
FIELD(banger_descriptor, config_version, 72, uint32_t);
FIELD(banger_descriptor, hook_timeout_ms, 76, uint32_t);
FIELD(banger_descriptor, requires_ext, 80, const char* const*);
FIELD(banger_descriptor, requires_plugins, 88, const char* const*);
FIELD(banger_descriptor, after, 96, const char* const*);
FIELD(banger_descriptor, before, 104, const char* const*);

AT_LEAST(banger_entry, 64);
FIELD(banger_entry, magic, 0, uint32_t);
FIELD(banger_entry, struct_size, 4, uint32_t);
FIELD(banger_entry, abi_major, 8, uint32_t);
FIELD(banger_entry, min_minor, 12, uint32_t);
FIELD(banger_entry, built_minor, 16, uint32_t);
FIELD(banger_entry, iface_count, 20, uint32_t);
FIELD(banger_entry, desc, 24, const banger_descriptor*);
FIELD(banger_entry, ifaces, 32, const banger_iface*);
FIELD(banger_entry, create, 40,
      banger_status (*)(const banger_host*, banger_call*, banger_str config_json, void** self));
FIELD(banger_entry, init, 48, banger_status (*)(void* self, banger_call*));
FIELD(banger_entry, destroy, 56, void (*)(void* self));

AT_LEAST(banger_vm, 96);
FIELD(banger_vm, struct_size, 0, uint32_t);
FIELD(banger_vm, state, 4, uint32_t);
FIELD(banger_vm, id, 8, banger_str);
FIELD(banger_vm, name, 24, banger_str);
FIELD(banger_vm, run_dir, 40, banger_str);
FIELD(banger_vm, spec_json, 56, banger_str);
FIELD(banger_vm, cookie, 72, banger_str);
FIELD(banger_vm, pid, 88, int32_t);
FIELD(banger_vm, cid, 92, uint32_t);

AT_LEAST(banger_drive, 40);
FIELD(banger_drive, struct_size, 0, uint32_t);
FIELD(banger_drive, flags, 4, uint32_t);
FIELD(banger_drive, id, 8, banger_str);
FIELD(banger_drive, host_path, 24, banger_str);

AT_LEAST(banger_nic, 64);
FIELD(banger_nic, struct_size, 0, uint32_t);
FIELD(banger_nic, flags, 4, uint32_t);
FIELD(banger_nic, id, 8, banger_str);
FIELD(banger_nic, tap, 24, banger_str);
FIELD(banger_nic, mac, 40, banger_str);
FIELD(banger_nic, mtu, 56, uint32_t);
FIELD(banger_nic, reserved, 60, uint32_t);

AT_LEAST(banger_file, 48);
FIELD(banger_file, struct_size, 0, uint32_t);
FIELD(banger_file, mode, 4, uint32_t);
FIELD(banger_file, uid, 8, uint32_t);
FIELD(banger_file, gid, 12, uint32_t);
FIELD(banger_file, guest_path, 16, banger_str);
FIELD(banger_file, data, 32, banger_str);

AT_LEAST(banger_guest_config_ops, 40);
FIELD(banger_guest_config_ops, struct_size, 0, uint32_t);
FIELD(banger_guest_config_ops, flags, 4, uint32_t);
FIELD(banger_guest_config_ops, kernel_arg, 8,
      banger_status (*)(banger_gcb*, banger_str key, banger_str value, uint32_t flags));
FIELD(banger_guest_config_ops, drive, 16,
      banger_status (*)(banger_gcb*, const banger_drive*, uint32_t flags));
FIELD(banger_guest_config_ops, nic, 24,
      banger_status (*)(banger_gcb*, const banger_nic*, uint32_t flags));
FIELD(banger_guest_config_ops, file, 32,
      banger_status (*)(banger_gcb*, const banger_file*, uint32_t flags));

AT_LEAST(banger_guest_config, 24);
FIELD(banger_guest_config, struct_size, 0, uint32_t);
FIELD(banger_guest_config, flags, 4, uint32_t);
FIELD(banger_guest_config, contribute, 8,
      banger_status (*)(void* self, banger_call*, const banger_vm*, banger_gcb*));
FIELD(banger_guest_config, validate, 16,
      banger_status (*)(void* self, banger_call*, const banger_vm*, banger_str merged_json));

AT_LEAST(banger_vm_lifecycle, 96);
FIELD(banger_vm_lifecycle, struct_size, 0, uint32_t);
FIELD(banger_vm_lifecycle, flags, 4, uint32_t);
FIELD(banger_vm_lifecycle, before_create, 8, banger_vm_hook);
FIELD(banger_vm_lifecycle, after_create, 16, banger_vm_hook);
FIELD(banger_vm_lifecycle, before_start, 24, banger_vm_hook);
FIELD(banger_vm_lifecycle, after_start, 32, banger_vm_hook);
FIELD(banger_vm_lifecycle, on_ready, 40, banger_vm_hook);
FIELD(banger_vm_lifecycle, before_stop, 48, banger_vm_hook);
FIELD(banger_vm_lifecycle, after_stop, 56, banger_vm_hook);
FIELD(banger_vm_lifecycle, before_delete, 64, banger_vm_hook);
FIELD(banger_vm_lifecycle, after_delete, 72, banger_vm_hook);
FIELD(banger_vm_lifecycle, reconcile, 80, banger_vm_hook);
FIELD(banger_vm_lifecycle, undo, 88,
      banger_status (*)(void* self, banger_call*, const banger_vm*, uint32_t hook, uint32_t flags));

AT_LEAST(banger_daemon_hooks, 40);
FIELD(banger_daemon_hooks, struct_size, 0, uint32_t);
FIELD(banger_daemon_hooks, flags, 4, uint32_t);
FIELD(banger_daemon_hooks, on_start, 8, banger_status (*)(void* self, banger_call*));
FIELD(banger_daemon_hooks, on_stop, 16, void (*)(void* self, banger_call*));
FIELD(banger_daemon_hooks, reconcile_all, 24, banger_status (*)(void* self, banger_call*));
FIELD(banger_daemon_hooks, leave, 32, banger_status (*)(void* self, banger_call*));

AT_LEAST(banger_action, 56);
FIELD(banger_action, struct_size, 0, uint32_t);
FIELD(banger_action, flags, 4, uint32_t);
FIELD(banger_action, name, 8, const char*);
FIELD(banger_action, summary, 16, const char*);
FIELD(banger_action, params_schema, 24, const char*);
FIELD(banger_action, result_schema, 32, const char*);
FIELD(banger_action, run, 40, banger_status (*)(void* self, banger_call*, banger_str args_json));
FIELD(banger_action, place, 48, const char*);

AT_LEAST(banger_actions, 16);
FIELD(banger_actions, struct_size, 0, uint32_t);
FIELD(banger_actions, count, 4, uint32_t);
FIELD(banger_actions, items, 8, const banger_action* const*);

AT_LEAST(banger_option, 32);
FIELD(banger_option, struct_size, 0, uint32_t);
FIELD(banger_option, flags, 4, uint32_t);
FIELD(banger_option, name, 8, const char*);
FIELD(banger_option, cli_flag, 16, const char*);
FIELD(banger_option, schema, 24, const char*);

AT_LEAST(banger_vm_options, 48);
FIELD(banger_vm_options, struct_size, 0, uint32_t);
FIELD(banger_vm_options, count, 4, uint32_t);
FIELD(banger_vm_options, items, 8, const banger_option* const*);
FIELD(banger_vm_options, validate, 16,
      banger_status (*)(void* self, banger_call*, banger_str options_json));
FIELD(banger_vm_options, option_changed, 24,
      banger_status (*)(void* self, banger_call*, const banger_vm* vm, banger_str old_json,
                        banger_str new_json));
FIELD(banger_vm_options, option_undo, 32,
      banger_status (*)(void* self, banger_call*, const banger_vm* vm, banger_str old_json,
                        banger_str new_json, uint32_t flags));
FIELD(banger_vm_options, available, 40,
      banger_status (*)(void* self, banger_call*, const banger_vm* vm, banger_str options_json));

AT_LEAST(banger_guest_services, 24);
FIELD(banger_guest_services, struct_size, 0, uint32_t);
FIELD(banger_guest_services, flags, 4, uint32_t);
FIELD(banger_guest_services, power, 8,
      banger_status (*)(void* self, banger_call*, const banger_vm*, banger_str action,
                        banger_str reason));
FIELD(banger_guest_services, exec, 16,
      int32_t (*)(void* self, banger_call*, const banger_vm*, banger_str request_json));

AT_LEAST(banger_readiness, 32);
FIELD(banger_readiness, struct_size, 0, uint32_t);
FIELD(banger_readiness, flags, 4, uint32_t);
FIELD(banger_readiness, stage, 8, const char*);
FIELD(banger_readiness, summary, 16, const char*);
FIELD(banger_readiness, wait, 24, banger_status (*)(void* self, banger_call*, const banger_vm*));

AT_LEAST(banger_footprint, 32);
FIELD(banger_footprint, struct_size, 0, uint32_t);
FIELD(banger_footprint, flags, 4, uint32_t);
FIELD(banger_footprint, list, 8, banger_status (*)(void* self, banger_call*, const banger_vm*));
FIELD(banger_footprint, list_all, 16, banger_status (*)(void* self, banger_call*));
FIELD(banger_footprint, release, 24,
      banger_status (*)(void* self, banger_call*, banger_str object_json));

AT_LEAST(banger_response, 40);
FIELD(banger_response, struct_size, 0, uint32_t);
FIELD(banger_response, http_status, 4, int32_t);
FIELD(banger_response, content_type, 8, banger_str);
FIELD(banger_response, body, 24, banger_str);

AT_LEAST(banger_api_ops, 32);
FIELD(banger_api_ops, struct_size, 0, uint32_t);
FIELD(banger_api_ops, flags, 4, uint32_t);
FIELD(banger_api_ops, request, 8,
      const banger_response* (*)(const banger_host*, banger_call*, banger_str method,
                                 banger_str target, banger_str body_json));
FIELD(banger_api_ops, follow, 16,
      uint64_t (*)(const banger_host*, banger_str target, banger_line_fn fn, void* context));
FIELD(banger_api_ops, unfollow, 24, void (*)(const banger_host*, uint64_t id));

AT_LEAST(banger_events_ops, 32);
FIELD(banger_events_ops, struct_size, 0, uint32_t);
FIELD(banger_events_ops, flags, 4, uint32_t);
FIELD(banger_events_ops, publish, 8,
      banger_status (*)(const banger_host*, banger_str type, banger_str data_json));
FIELD(banger_events_ops, subscribe, 16,
      uint64_t (*)(const banger_host*, banger_str prefix, banger_event_fn fn, void* context));
FIELD(banger_events_ops, unsubscribe, 24, void (*)(const banger_host*, uint64_t id));

AT_LEAST(banger_exec_request, 104);
FIELD(banger_exec_request, struct_size, 0, uint32_t);
FIELD(banger_exec_request, flags, 4, uint32_t);
FIELD(banger_exec_request, argv, 8, const banger_str*);
FIELD(banger_exec_request, argc, 16, uint64_t);
FIELD(banger_exec_request, env, 24, const banger_kv*);
FIELD(banger_exec_request, env_count, 32, uint64_t);
FIELD(banger_exec_request, cwd, 40, banger_str);
FIELD(banger_exec_request, input, 56, banger_str);
FIELD(banger_exec_request, timeout_ms, 72, int64_t);
FIELD(banger_exec_request, output_limit, 80, uint64_t);
FIELD(banger_exec_request, on_output, 88, banger_output_fn);
FIELD(banger_exec_request, output_context, 96, void*);
static_assert(std::is_same_v<banger_output_fn, void (*)(void*, banger_call*, int32_t, banger_str)>);

AT_LEAST(banger_exec_result, 80);
FIELD(banger_exec_result, struct_size, 0, uint32_t);
FIELD(banger_exec_result, status, 4, banger_status);
FIELD(banger_exec_result, code, 8, int32_t);
FIELD(banger_exec_result, signal, 12, int32_t);
FIELD(banger_exec_result, out, 16, banger_str);
FIELD(banger_exec_result, err, 32, banger_str);
FIELD(banger_exec_result, message, 48, banger_str);
FIELD(banger_exec_result, hint, 64, banger_str);

AT_LEAST(banger_exec_ops, 16);
FIELD(banger_exec_ops, struct_size, 0, uint32_t);
FIELD(banger_exec_ops, flags, 4, uint32_t);
FIELD(banger_exec_ops, run, 8,
      const banger_exec_result* (*)(const banger_host*, banger_call*, const banger_exec_request*));

AT_LEAST(banger_guest_channel_ops, 16);
FIELD(banger_guest_channel_ops, struct_size, 0, uint32_t);
FIELD(banger_guest_channel_ops, flags, 4, uint32_t);
FIELD(banger_guest_channel_ops, open, 8,
      int32_t (*)(const banger_host*, banger_call*, banger_str vm_id, uint32_t port,
                  int64_t timeout_ms));

AT_LEAST(banger_guest_facts_ops, 16);
FIELD(banger_guest_facts_ops, struct_size, 0, uint32_t);
FIELD(banger_guest_facts_ops, flags, 4, uint32_t);
FIELD(banger_guest_facts_ops, put, 8,
      banger_status (*)(const banger_host*, banger_str vm_id, banger_str facts_json));

AT_LEAST(banger_kv_ops, 40);
FIELD(banger_kv_ops, struct_size, 0, uint32_t);
FIELD(banger_kv_ops, flags, 4, uint32_t);
FIELD(banger_kv_ops, get, 8,
      const banger_result* (*)(const banger_host*, banger_call*, banger_str key));
FIELD(banger_kv_ops, list, 16,
      const banger_result* (*)(const banger_host*, banger_call*, banger_str prefix));
FIELD(banger_kv_ops, set, 24,
      banger_status (*)(const banger_host*, banger_call*, banger_str key, banger_str value));
FIELD(banger_kv_ops, remove, 32,
      banger_status (*)(const banger_host*, banger_call*, banger_str key));

AT_LEAST(banger_log_ops, 16);
FIELD(banger_log_ops, struct_size, 0, uint32_t);
FIELD(banger_log_ops, flags, 4, uint32_t);
FIELD(banger_log_ops, enabled, 8, int32_t (*)(const banger_host*, int32_t level));

AT_LEAST(banger_network, 88);
FIELD(banger_network, struct_size, 0, uint32_t);
FIELD(banger_network, flags, 4, uint32_t);
FIELD(banger_network, bridge, 8, banger_str);
FIELD(banger_network, subnet, 24, banger_str);
FIELD(banger_network, gateway, 40, banger_str);
FIELD(banger_network, prefix_length, 56, uint32_t);
FIELD(banger_network, mtu, 60, uint32_t);
FIELD(banger_network, owner_uid, 64, uint32_t);
FIELD(banger_network, reserved, 68, uint32_t);
FIELD(banger_network, domain, 72, banger_str);

AT_LEAST(banger_vm_address, 56);
FIELD(banger_vm_address, struct_size, 0, uint32_t);
FIELD(banger_vm_address, flags, 4, uint32_t);
FIELD(banger_vm_address, address, 8, banger_str);
FIELD(banger_vm_address, mac, 24, banger_str);
FIELD(banger_vm_address, fqdn, 40, banger_str);

AT_LEAST(banger_network_info_ops, 24);
FIELD(banger_network_info_ops, struct_size, 0, uint32_t);
FIELD(banger_network_info_ops, flags, 4, uint32_t);
FIELD(banger_network_info_ops, network, 8,
      const banger_network* (*)(const banger_host*, banger_call*));
FIELD(banger_network_info_ops, vm_address, 16,
      const banger_vm_address* (*)(const banger_host*, banger_call*, banger_str vm_id));

AT_LEAST(banger_job, 72);
FIELD(banger_job, struct_size, 0, uint32_t);
FIELD(banger_job, flags, 4, uint32_t);
FIELD(banger_job, kind, 8, banger_str);
FIELD(banger_job, target, 24, banger_str);
FIELD(banger_job, timeout_ms, 40, int64_t);
FIELD(banger_job, cleanup_ms, 48, int64_t);
FIELD(banger_job, run, 56, banger_job_fn);
FIELD(banger_job, context, 64, void*);
static_assert(std::is_same_v<banger_job_fn, banger_status (*)(void*, banger_call*)>);

AT_LEAST(banger_operations_ops, 48);
FIELD(banger_operations_ops, struct_size, 0, uint32_t);
FIELD(banger_operations_ops, flags, 4, uint32_t);
FIELD(banger_operations_ops, start, 8,
      const banger_result* (*)(const banger_host*, banger_call*, const banger_job*));
FIELD(banger_operations_ops, stage, 16, banger_status (*)(banger_call*, banger_str name));
FIELD(banger_operations_ops, progress, 24,
      banger_status (*)(banger_call*, uint64_t done, uint64_t total, uint32_t unit));
FIELD(banger_operations_ops, output, 32,
      banger_status (*)(banger_call*, int32_t level, banger_str line));
FIELD(banger_operations_ops, reaches, 40, banger_status (*)(banger_call*, uint32_t percent));

AT_LEAST(banger_privileged_ops, 24);
FIELD(banger_privileged_ops, struct_size, 0, uint32_t);
FIELD(banger_privileged_ops, flags, 4, uint32_t);
FIELD(banger_privileged_ops, run, 8,
      const banger_result* (*)(const banger_host*, banger_call*, banger_str verb,
                               banger_str args_json));
FIELD(banger_privileged_ops, readiness, 16,
      const banger_result* (*)(const banger_host*, banger_call*));

AT_LEAST(banger_thread_ops, 24);
FIELD(banger_thread_ops, struct_size, 0, uint32_t);
FIELD(banger_thread_ops, flags, 4, uint32_t);
FIELD(banger_thread_ops, call_open, 8,
      banger_call* (*)(const banger_host*, banger_str name, int64_t timeout_ms));
FIELD(banger_thread_ops, call_close, 16, void (*)(banger_call*));

AT_LEAST(banger_timer_ops, 24);
FIELD(banger_timer_ops, struct_size, 0, uint32_t);
FIELD(banger_timer_ops, flags, 4, uint32_t);
FIELD(banger_timer_ops, start, 8,
      uint64_t (*)(const banger_host*, int64_t delay_ms, int64_t period_ms, banger_timer_fn fn,
                   void* context));
FIELD(banger_timer_ops, cancel, 16, void (*)(const banger_host*, uint64_t id));

AT_LEAST(banger_vm_query_ops, 24);
FIELD(banger_vm_query_ops, struct_size, 0, uint32_t);
FIELD(banger_vm_query_ops, flags, 4, uint32_t);
FIELD(banger_vm_query_ops, list, 8, const banger_result* (*)(const banger_host*, banger_call*));
FIELD(banger_vm_query_ops, get, 16,
      const banger_result* (*)(const banger_host*, banger_call*, banger_str name_or_id));

VALUE(BANGER_ABI_MAJOR, 1u);
VALUE(BANGER_ABI_MINOR, 0u);
VALUE(BANGER_MAGIC, 0x31504742u);
VALUE(BANGER_OK, 0);
VALUE(BANGER_SKIP, 1);
VALUE(BANGER_E_INTERNAL, (-1));
VALUE(BANGER_E_INVALID, (-2));
VALUE(BANGER_E_UNSUPPORTED, (-3));
VALUE(BANGER_E_CONFLICT, (-4));
VALUE(BANGER_E_TIMEOUT, (-5));
VALUE(BANGER_E_CANCELLED, (-6));
VALUE(BANGER_E_BUSY, (-7));
VALUE(BANGER_E_NOT_FOUND, (-8));
VALUE(BANGER_E_EXCEPTION, (-9));
VALUE(BANGER_E_RETRY, (-10));
VALUE(BANGER_E_PERMISSION, (-11));
VALUE(BANGER_E_UNAVAILABLE, (-12));
VALUE(BANGER_LOG_TRACE, 0);
VALUE(BANGER_LOG_DEBUG, 1);
VALUE(BANGER_LOG_INFO, 2);
VALUE(BANGER_LOG_WARNING, 3);
VALUE(BANGER_LOG_ERROR, 4);
VALUE(BANGER_EMIT_TEXT, 1u);
VALUE(BANGER_EMIT_JSON, 2u);
VALUE(BANGER_EMIT_MIME, 3u);
VALUE(BANGER_EMIT_BYTES, 4u);
VALUE(BANGER_PLUGIN_CONCURRENT, 1u);
VALUE(BANGER_PLUGIN_NETWORK, 2u);
VALUE(BANGER_VM_CREATING, 1u);
VALUE(BANGER_VM_STARTING, 2u);
VALUE(BANGER_VM_RUNNING, 3u);
VALUE(BANGER_VM_PAUSED, 4u);
VALUE(BANGER_VM_STOPPING, 5u);
VALUE(BANGER_VM_STOPPED, 6u);
VALUE(BANGER_VM_CRASHED, 7u);
VALUE(BANGER_VM_DELETING, 8u);
VALUE(BANGER_VM_CLEANUP_PENDING, 9u);
ID(BANGER_IFACE_GUEST_CONFIG, "banger.guest-config/1");
ID(BANGER_EXT_GUEST_CONFIG, "banger.guest-config/1");
VALUE(BANGER_OVERRIDE, 1u);
VALUE(BANGER_DRIVE_READ_ONLY, 1u);
ID(BANGER_IFACE_VM_LIFECYCLE, "banger.vm-lifecycle/1");
VALUE(BANGER_HOOK_BEFORE_CREATE, 1u);
VALUE(BANGER_HOOK_AFTER_CREATE, 2u);
VALUE(BANGER_HOOK_BEFORE_START, 3u);
VALUE(BANGER_HOOK_AFTER_START, 4u);
VALUE(BANGER_UNDO_PARTIAL, 1u);
VALUE(BANGER_UNDO_RETRY, 2u);
ID(BANGER_IFACE_DAEMON, "banger.daemon/1");
ID(BANGER_IFACE_CLI, "banger.cli/1");
ID(BANGER_IFACE_DOCTOR, "banger.doctor/1");
ID(BANGER_IFACE_RPC, "banger.rpc/1");
ID(BANGER_IFACE_STATUS, "banger.status/1");
ID(BANGER_IFACE_WEB_PANEL, "banger.web-panel/1");
VALUE(BANGER_ACTION_REPEATABLE, 1u);
ID(BANGER_IFACE_VM_OPTIONS, "banger.vm-options/1");
VALUE(BANGER_OPTION_LIVE, 1u);
VALUE(BANGER_OPTION_NAMES, 2u);
ID(BANGER_IFACE_READINESS, "banger.readiness/1");
VALUE(BANGER_READINESS_SSH, 1u);
ID(BANGER_IFACE_GUEST_SERVICES, "banger.guest-services/1");
ID(BANGER_IFACE_FOOTPRINT, "banger.footprint/1");
ID(BANGER_EXT_API, "banger.api/1");
ID(BANGER_EXT_EVENTS, "banger.events/1");
ID(BANGER_EXT_EXEC, "banger.exec/1");
ID(BANGER_EXT_GUEST_CHANNEL, "banger.guest-channel/1");
ID(BANGER_EXT_GUEST_FACTS, "banger.guest-facts/1");
ID(BANGER_EXT_KV, "banger.kv/1");
ID(BANGER_EXT_LOG, "banger.log/1");
ID(BANGER_EXT_NETWORK_INFO, "banger.network-info/1");
ID(BANGER_EXT_OPERATIONS, "banger.operations/1");
VALUE(BANGER_JOB_ITEMS, 0u);
VALUE(BANGER_JOB_BYTES, 1u);
ID(BANGER_EXT_PRIVILEGED, "banger.privileged/1");
ID(BANGER_EXT_THREAD, "banger.thread/1");
ID(BANGER_EXT_TIMER, "banger.timer/1");
ID(BANGER_EXT_VM_QUERY, "banger.vm-query/1");

static_assert(std::is_same_v<decltype(&banger_plugin_entry_v1), const banger_entry* (*)()>);

} // namespace
