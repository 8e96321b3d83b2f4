/* Entries that the loader must refuse: one file per case, MIS_CASE of the list below. */
#include <banger/plugin.h>

#define NULL_ENTRY 1
#define BAD_MAGIC 2
#define MAJOR_TWO 3
#define MINOR_99 4
#define SHORT_ENTRY 5
#define SHORT_DESCRIPTOR 6
#define SHORT_TABLE 7
#define TWICE 8
#define NO_CREATE 9
#define NO_TABLE 10
#define LONG_NAME 11
#define BAD_UTF8 12
#define MANY_IFACES 13
#define LONG_TIMEOUT 14
#define MANY_AFTER 15
#define BAD_PATTERN 16

static banger_status create(const banger_host* host, banger_call* call, banger_str config,
                            void** self) {
    static int it;
    (void)host;
    (void)call;
    (void)config;
    *self = &it;
    return BANGER_OK;
}
static void destroy(void* self) {
    (void)self;
}

static const banger_daemon_hooks hooks = {
    MIS_CASE == SHORT_TABLE ? 8 : sizeof(banger_daemon_hooks), 0, 0, 0, 0, 0};
static const banger_iface ifaces[] = {{BANGER_IFACE_DAEMON, MIS_CASE == NO_TABLE ? 0 : &hooks},
                                      {BANGER_IFACE_DAEMON, &hooks}};

#define TEN "0123456789"
#define FIFTY TEN TEN TEN TEN TEN
static const char* const many[258] = {
#define T10 "a", "a", "a", "a", "a", "a", "a", "a", "a", "a",
#define T50 T10 T10 T10 T10 T10
    T50 T50 T50 T50 T50 "a", "a", "a", "a", "a", "a", "a", 0};

static const banger_descriptor descriptor = {
    MIS_CASE == SHORT_DESCRIPTOR ? 16 : sizeof(banger_descriptor),
    0,
    MIS_ID,
    MIS_CASE == LONG_NAME  ? FIFTY FIFTY FIFTY
    : MIS_CASE == BAD_UTF8 ? "bad \xff"
                           : "Bad",
    "1.0.0",
    0,
    0,
    0,
    0,
    MIS_CASE == BAD_PATTERN ? "{\"properties\":{\"a\":{\"pattern\":\"(?=x)y\"}}}" : 0,
    0,
    MIS_CASE == LONG_TIMEOUT ? 3600001 : 0,
    0,
    0,
    MIS_CASE == MANY_AFTER ? many : 0,
    0};

static const banger_entry entry = {MIS_CASE == BAD_MAGIC ? 0x12345678u : BANGER_MAGIC,
                                   MIS_CASE == SHORT_ENTRY ? 40 : sizeof(banger_entry),
                                   MIS_CASE == MAJOR_TWO ? 2 : BANGER_ABI_MAJOR,
                                   MIS_CASE == MINOR_99 ? 99 : 0,
                                   BANGER_ABI_MINOR,
                                   MIS_CASE == TWICE         ? 2
                                   : MIS_CASE == MANY_IFACES ? 65
                                                             : 1,
                                   &descriptor,
                                   ifaces,
                                   MIS_CASE == NO_CREATE ? 0 : create,
                                   0,
                                   destroy};

BANGER_EXPORT const banger_entry* banger_plugin_entry_v1(void) {
    return MIS_CASE == NULL_ENTRY ? 0 : &entry;
}
