/* Tells a webhook, or the desktop, when VMs come to a state: running, stopped, crashed, ... */
#define _POSIX_C_SOURCE 200809L
#include "json.h"

#include <banger/plugin.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MAX_STATES 16
#define TEXT_SIZE  256

struct notify {
    const banger_host* host;
    const banger_exec_ops* exec;
    const banger_events_ops* events;
    char webhook[1024];
    int desktop;
    char states[MAX_STATES][32];
    int state_count;
    int64_t per_minute;
    uint64_t subscription;
    /* Hooks and events of a plugin come one at a time, so these need no lock. */
    time_t minute; /* when the running one began */
    int64_t sent, dropped;
};

static banger_str text(const char* s) {
    banger_str result;
    result.ptr = s;
    result.len = strlen(s);
    return result;
}

static banger_status fail(struct notify* n, banger_call* call, banger_status status,
                          const char* message, const char* hint) {
    n->host->call_fail(call, status, text(message), text(hint));
    return status;
}

/* ---- telling ---- */

/* Runs a program to its end; input is what it reads. */
static const banger_exec_result* attempt(struct notify* n, banger_call* call,
                                         const char* const* words, uint64_t count,
                                         const char* input) {
    banger_str argv[16];
    banger_exec_request request;
    uint64_t i;
    memset(&request, 0, sizeof request);
    request.struct_size = sizeof request;
    for (i = 0; i < count; ++i) {
        argv[i] = text(words[i]);
    }
    request.argv = argv;
    request.argc = count;
    request.input = text(input);
    request.timeout_ms = 8000;
    request.output_limit = 4096;
    return n->exec->run(n->host, call, &request);
}

/* The same; that it failed is the call's failure. */
static banger_status run(struct notify* n, banger_call* call, const char* const* words,
                         uint64_t count, const char* input) {
    const banger_exec_result* result = attempt(n, call, words, count, input);
    char message[TEXT_SIZE];
    if (result->status < 0) { /* the host has recorded why: an empty message keeps that */
        return fail(n, call, result->status, "", "");
    }
    if (result->code != 0 || result->signal != 0) {
        snprintf(message, sizeof message, "%s ended with %d: %.*s", words[0], (int)result->code,
                 (int)(result->err.len < 120 ? result->err.len : 120), result->err.ptr);
        return fail(n, call, BANGER_E_UNAVAILABLE, message,
                    "is what plugins.entries.vm-notify.config names there, and does it answer?");
    }
    return BANGER_OK;
}

static banger_status tell(struct notify* n, banger_call* call, const char* vm, const char* state) {
    banger_status status = BANGER_OK, one;
    if (n->webhook[0] != '\0') {
        const char* const words[] = {
            "curl",          "--silent", "--show-error", "--fail",
            "--max-time",    "5",        "--header",     "Content-Type: application/json",
            "--data-binary", "@-",       "--",           n->webhook};
        char name[6 * TEXT_SIZE + 16], body[7 * TEXT_SIZE];
        json_quote(vm, name, sizeof name);
        snprintf(body, sizeof body, "{\"vm\":%s,\"state\":\"%s\"}", name, state);
        status = run(n, call, words, sizeof words / sizeof *words, body);
    }
    if (n->desktop) {
        char line[TEXT_SIZE + 64];
        const char* const words[] = {"notify-send", "--app-name=banger", "--", "banger", line};
        snprintf(line, sizeof line, "VM %s: %s", vm, state);
        one = run(n, call, words, sizeof words / sizeof *words, "");
        status = status < 0 ? status : one;
    }
    return status;
}

/* At most per_minute: a VM that crashes again and again fills nobody's screen. */
static int may_tell(struct notify* n, banger_call* call) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (n->minute == 0 || now.tv_sec - n->minute >= 60) {
        if (n->dropped > 0) {
            char line[TEXT_SIZE];
            snprintf(line, sizeof line, "%lld notices were left out: more than %lld in a minute",
                     (long long)n->dropped, (long long)n->per_minute);
            n->host->log(n->host, call, BANGER_LOG_WARNING, text(line), NULL, 0);
        }
        n->minute = now.tv_sec > 0 ? now.tv_sec : 1;
        n->sent = n->dropped = 0;
    }
    if (n->sent >= n->per_minute) {
        ++n->dropped;
        return 0;
    }
    ++n->sent;
    return 1;
}

static int wants(const struct notify* n, banger_str state) {
    int i;
    for (i = 0; i < n->state_count; ++i) {
        if (json_is(state, n->states[i])) {
            return 1;
        }
    }
    return 0;
}

/* {"type":"vm.state","at":..,"vm":"web","id":..,"state":"running"} */
static void on_event(void* context, banger_call* call, banger_str event) {
    struct notify* n = context;
    const banger_str state = json_member(event, "state");
    char vm[TEXT_SIZE], word[32];
    if (wants(n, state) && may_tell(n, call)) {
        json_text(json_member(event, "vm"), vm, sizeof vm);
        json_text(state, word, sizeof word);
        (void)tell(n, call, vm, word); /* a failure is in the log: nobody waits for this call */
    }
}

/* ---- the plugin's life ---- */

static banger_status create(const banger_host* host, banger_call* call, banger_str config,
                            void** self) {
    struct notify* n = calloc(1, sizeof *n);
    const banger_str states = json_member(config, "states");
    uint64_t at = 0;
    banger_str state;
    if (n == NULL) {
        host->call_fail(call, BANGER_E_INTERNAL, text("out of memory"), text(""));
        return BANGER_E_INTERNAL;
    }
    n->host = host;
    n->exec = host->get_extension(host, BANGER_EXT_EXEC); /* both: see requires_ext */
    n->events = host->get_extension(host, BANGER_EXT_EVENTS);
    json_text(json_member(config, "webhook"), n->webhook, sizeof n->webhook);
    n->desktop = json_member(config, "desktop").len == strlen("true");
    n->per_minute = json_number(json_member(config, "per_minute"));
    for (state = json_next(states, &at); state.len > 0 && n->state_count < MAX_STATES;
         state = json_next(states, &at)) {
        json_text(state, n->states[n->state_count++], sizeof n->states[0]);
    }
    if (n->webhook[0] != '\0' && strncmp(n->webhook, "http://", 7) != 0 &&
        strncmp(n->webhook, "https://", 8) != 0) {
        host->call_fail(call, BANGER_E_INVALID, text("webhook: it begins with http:// or https://"),
                        text("webhook: https://example.org/hook"));
        free(n);
        return BANGER_E_INVALID;
    }
    *self = n;
    return BANGER_OK;
}

static banger_status on_start(void* self, banger_call* call) {
    struct notify* n = self;
    n->subscription = n->events->subscribe(n->host, text("vm.state"), on_event, n);
    return n->subscription != 0
               ? BANGER_OK
               : fail(n, call, BANGER_E_UNAVAILABLE, "the host takes no more subscriptions", "");
}

static void on_stop(void* self, banger_call* call) {
    struct notify* n = self;
    (void)call;
    n->events->unsubscribe(n->host, n->subscription); /* on_event does not run any more */
    n->subscription = 0;
}

static void destroy(void* self) {
    free(self);
}

/* ---- banger x vm-notify test, banger doctor ---- */

static banger_status test(void* self, banger_call* call, banger_str args) {
    struct notify* n = self;
    banger_status status;
    (void)args;
    if (n->webhook[0] == '\0' && !n->desktop) {
        return fail(n, call, BANGER_E_UNAVAILABLE, "nobody is told: no webhook, no desktop",
                    "set plugins.entries.vm-notify.config.webhook or .desktop in config.yaml");
    }
    status = tell(n, call, "test", "running");
    return status < 0 ? status : n->host->call_emit(call, BANGER_EMIT_TEXT, text("told"));
}

static banger_status examine(void* self, banger_call* call, banger_str args) {
    struct notify* n = self;
    const char* const curl[] = {"curl", "--version"};
    const char* const desktop[] = {"notify-send", "--version"};
    const char* lacks = NULL;
    char line[2 * TEXT_SIZE];
    (void)args;
    if (n->webhook[0] != '\0' && attempt(n, call, curl, 2, "")->status < 0) {
        lacks = "curl";
    } else if (n->desktop && attempt(n, call, desktop, 2, "")->status < 0) {
        lacks = "notify-send";
    }
    if (lacks == NULL) {
        return n->host->call_emit(
            call, BANGER_EMIT_JSON,
            text("{\"severity\": \"ok\", \"title\": \"what notices of VMs need is there\"}"));
    }
    snprintf(line, sizeof line,
             "{\"severity\": \"warning\", \"title\": \"nobody is told of VMs: no %s\", "
             "\"fix\": \"install %s (Debian: sudo apt install %s)\"}",
             lacks, lacks, strcmp(lacks, "curl") == 0 ? "curl" : "libnotify-bin");
    return n->host->call_emit(call, BANGER_EMIT_JSON, text(line));
}

/* ---- what the host reads ---- */

static const banger_daemon_hooks daemon_hooks = {
    .struct_size = sizeof(banger_daemon_hooks),
    .on_start = on_start,
    .on_stop = on_stop,
};
static const banger_action test_action = {
    .struct_size = sizeof(banger_action),
    .name = "test",
    .summary = "sends a notice, to see whether it arrives",
    .run = test,
};
static const banger_action* const verbs[] = {&test_action};
static const banger_actions cli = {sizeof(banger_actions), 1, verbs};
static const banger_action needs_action = {
    .struct_size = sizeof(banger_action),
    .name = "programs",
    .summary = "the programs that notices need",
    .run = examine,
};
static const banger_action* const checks[] = {&needs_action};
static const banger_actions doctor = {sizeof(banger_actions), 1, checks};
static const banger_iface ifaces[] = {
    {BANGER_IFACE_DAEMON, &daemon_hooks},
    {BANGER_IFACE_CLI, &cli},
    {BANGER_IFACE_DOCTOR, &doctor},
};
static const char* const needs[] = {BANGER_EXT_EXEC, BANGER_EXT_EVENTS, NULL};
static const char config_schema[] =
    "{\"properties\": {"
    "\"webhook\": {\"type\": \"string\", \"default\": \"\", \"maxLength\": 1000,"
    "  \"description\": \"URL that gets a POST with {vm, state}\"},"
    "\"desktop\": {\"type\": \"boolean\", \"default\": false,"
    "  \"description\": \"notices on the desktop, by notify-send\"},"
    "\"states\": {\"type\": \"array\", \"maxItems\": 16, \"items\": {\"type\": \"string\","
    "  \"enum\": [\"creating\", \"starting\", \"running\", \"paused\", \"stopping\", \"stopped\","
    "             \"crashed\", \"deleting\", \"deleted\", \"cleanup-pending\"]},"
    "  \"default\": [\"running\", \"stopped\", \"crashed\"],"
    "  \"description\": \"states that are told\"},"
    "\"per_minute\": {\"type\": \"integer\", \"minimum\": 1, \"maximum\": 600, \"default\": 20,"
    "  \"description\": \"the most notices in a minute; the rest is counted in the log\"}}}";
static const banger_descriptor descriptor = {
    .struct_size = sizeof(banger_descriptor),
    .id = "vm-notify",
    .name = "Notices of VMs",
    .version = "1.0.0",
    .license = "MIT",
    .summary = "tells a webhook or the desktop what happens to VMs",
    .config_schema = config_schema,
    .requires_ext = needs,
};
static const banger_entry entry = {
    .magic = BANGER_MAGIC,
    .struct_size = sizeof(banger_entry),
    .abi_major = BANGER_ABI_MAJOR,
    .built_minor = BANGER_ABI_MINOR,
    .iface_count = sizeof ifaces / sizeof *ifaces,
    .desc = &descriptor,
    .ifaces = ifaces,
    .create = create,
    .destroy = destroy,
};

BANGER_EXPORT const banger_entry* banger_plugin_entry_v1(void) {
    return &entry;
}
