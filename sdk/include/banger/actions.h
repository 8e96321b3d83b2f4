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
 *              value) or a JSON array of objects (shown as a table, however many there are);
 *              numbers in *_bytes, *_bytes_per_s, *_percent and *_s are shown with their unit.
 *              {"operation":ID} alone, of a job that it began (ext/operations.h): the user sees
 *              that through to its end, or cancels it by Ctrl-C; its result is what is shown.
 *              {"open":URL} alone, of a page at http://127.0.0.1 or http://localhost: the user sees
 *              the address, and the page in a browser where there is a display
 *   DOCTOR     JSON {"severity":"ok|info|warning|error","title":..,"cause":..,"fix":..}; with
 *              "repair":["what is done, a line each"] the check is run again with {"repair":true}
 *              when the user has agreed (banger doctor --fix), repairs, and emits what is then
 *   RPC        exactly one JSON object, which fits result_schema where there is one; callable as
 * plugin.<id>.<name> STATUS     JSON {"title":..,"value":..} lines for `banger daemon status`
 *   WEB_PANEL  args {"path":"/.."}: what stands behind the panel's own address, "/" at first;
 *              E_NOT_FOUND for one that is not there. MIME once ("text/html; charset=utf-8"), then
 *              BYTES in as many pieces as wanted. Served sandboxed: no script of it reaches the API
 * What breaks this is an error that names the plugin and the action. */
#define BANGER_IFACE_CLI       "banger.cli/1"
#define BANGER_IFACE_DOCTOR    "banger.doctor/1"
#define BANGER_IFACE_RPC       "banger.rpc/1"
#define BANGER_IFACE_STATUS    "banger.status/1"
#define BANGER_IFACE_WEB_PANEL "banger.web-panel/1"

/* CLI: shows what is known already, waits for nobody, changes nothing: `--watch` runs it again
 * every few seconds, and is then a word of the command line, not of params_schema. */
#define BANGER_ACTION_REPEATABLE 1u

typedef struct banger_action {
  uint32_t struct_size, flags; /* BANGER_ACTION_* */
  const char *name, *summary;  /* name: ^[a-z][a-z0-9-]{0,31}$; summary: one line */
  /* JSON Schema of args_json, or NULL: no arguments. A string, or the strings of a list, with
   * "x-path":true is a path of whoever asks: the command line makes it absolute (the daemon has
   * another folder), and a relative one is refused. */
  const char *params_schema;
  const char *result_schema; /* JSON Schema of what RPC emits, or NULL */
  /* [hook] args_json has passed params_schema, defaults filled in. After a negative status the user
   * sees what call_fail() said, and nothing of what was emitted. */
  banger_status (*run)(void *self, banger_call *, banger_str args_json);
  /* CLI: where else it appears, "image build", or NULL. A verb of the command line itself keeps its
   * place. Actions of several plugins may name the same one: each is run with the same arguments
   * and emits arrays of objects only, and the user sees one table, in the order of the plugins'
   * ids: rows that are equal in every column that both tables have become one row, all others stay,
   * with empty cells. An empty cell equals none. One that fails hides nothing of the others. */
  const char *place;
} banger_action;

typedef struct banger_actions {
  uint32_t struct_size, count;
  const banger_action *const *items;
} banger_actions;

#ifdef __cplusplus
}
#endif
#endif
