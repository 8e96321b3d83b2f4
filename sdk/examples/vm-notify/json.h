/* Just enough to read what the host gives: it is valid JSON, and fits the plugin's schemas. */
#ifndef BANGER_EXAMPLE_JSON_H
#define BANGER_EXAMPLE_JSON_H
#include <banger/abi.h>

/* The value of a member of an object, as it stands there ("true", "12", "\"text\"", "[..]"); empty
 * when there is no such member. */
banger_str json_member(banger_str object, const char* name);
/* The next value of an array; at is 0 at first, and moves on. Empty at the end. */
banger_str json_next(banger_str array, uint64_t* at);
/* A string without its quotes and escapes, as much of it as fits, with a NUL; characters beyond
 * ASCII that are written as \u become '?'. Its length. */
uint64_t json_text(banger_str value, char* out, uint64_t size);
/* Is the value this string? */
int json_is(banger_str value, const char* text);
int64_t json_number(banger_str value);
/* Writes text as a JSON string with its quotes; its length. size: 6 bytes for each of text, and 3.
 */
uint64_t json_quote(const char* text, char* out, uint64_t size);
#endif
