/* Actions: things a plugin does when asked. One shape for verbs of the command line, doctor checks,
 * remote calls, status lines and panels of the web console. */
#ifndef BANGER_ACTIONS_H
#define BANGER_ACTIONS_H
#include "abi.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Each interface's table is a banger_actions. What run() emits (banger_host.call_emit):
 *   CLI        for `banger x <plugin> <name>`: TEXT lines, a JSON object (shown as lines of key and
 *              value) or a JSON array of objects (shown as a table, however many there are)
 *   DOCTOR     JSON {"severity":"ok|info|warning|error","title":..,"cause":..,"fix":..}; with
 *              "repair":["what is done, a line each"] the check is run again with {"repair":true}
 *              when the user has agreed (banger doctor --fix), repairs, and emits what is then
 *   RPC        one JSON object that fits result_schema; callable as plugin.<id>.<name>
 *   STATUS     JSON {"title":..,"value":..} lines for `banger daemon status`
 *   WEB_PANEL  args {"path":..}; MIME once, then BYTES; served sandboxed */
#define BANGER_IFACE_CLI       "banger.cli/1"
#define BANGER_IFACE_DOCTOR    "banger.doctor/1"
#define BANGER_IFACE_RPC       "banger.rpc/1"
#define BANGER_IFACE_STATUS    "banger.status/1"
#define BANGER_IFACE_WEB_PANEL "banger.web-panel/1"

typedef struct banger_action {
  uint32_t struct_size, flags; /* flags: 0 */
  const char *name, *summary;  /* name: ^[a-z][a-z0-9-]*$; summary: one line */
  const char *params_schema;   /* JSON Schema of args_json, or NULL: no arguments */
  const char *result_schema;   /* JSON Schema of what RPC emits, or NULL */
  /* [hook] args_json has passed params_schema */
  banger_status (*run)(void *self, banger_call *, banger_str args_json);
  const char *place; /* CLI: where else it appears, "image build", or NULL */
} banger_action;

typedef struct banger_actions {
  uint32_t struct_size, count;
  const banger_action *const *items;
} banger_actions;

#ifdef __cplusplus
}
#endif
#endif
