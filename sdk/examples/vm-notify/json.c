#include "json.h"

#include <stdio.h>
#include <string.h>

static uint64_t spaces(banger_str s, uint64_t at) {
    while (at < s.len && (s.ptr[at] == ' ' || s.ptr[at] == '\n' || s.ptr[at] == '\t' ||
                          s.ptr[at] == '\r' || s.ptr[at] == ',' || s.ptr[at] == ':')) {
        ++at;
    }
    return at;
}

/* Behind the value that begins at `at`. */
static uint64_t value_end(banger_str s, uint64_t at) {
    int depth = 0, quoted = 0;
    for (; at < s.len; ++at) {
        const char c = s.ptr[at];
        if (quoted) {
            if (c == '\\') {
                ++at;
            } else if (c == '"') {
                quoted = 0;
                if (depth == 0) {
                    return at + 1;
                }
            }
        } else if (c == '"') {
            quoted = 1;
        } else if (c == '{' || c == '[') {
            ++depth;
        } else if (c == '}' || c == ']') {
            if (depth == 0) {
                return at; /* of a number or word that was the last */
            }
            if (--depth == 0) {
                return at + 1;
            }
        } else if (depth == 0 && (c == ',' || c == ' ' || c == '\n')) {
            return at;
        }
    }
    return s.len;
}

static banger_str part(banger_str s, uint64_t begin, uint64_t end) {
    banger_str result = {NULL, 0};
    if (begin < end) {
        result.ptr = s.ptr + begin;
        result.len = end - begin;
    }
    return result;
}

banger_str json_member(banger_str object, const char* name) {
    uint64_t at = spaces(object, 1);
    while (at < object.len && object.ptr[at] == '"') {
        const uint64_t key_end = value_end(object, at);
        const banger_str key = part(object, at, key_end);
        const uint64_t begin = spaces(object, key_end);
        const uint64_t end = value_end(object, begin);
        if (json_is(key, name)) {
            return part(object, begin, end);
        }
        at = spaces(object, end);
    }
    return part(object, 0, 0);
}

banger_str json_next(banger_str array, uint64_t* at) {
    const uint64_t begin = spaces(array, *at == 0 ? 1 : *at);
    if (begin >= array.len || array.ptr[begin] == ']') {
        return part(array, 0, 0);
    }
    *at = value_end(array, begin);
    return part(array, begin, *at);
}

uint64_t json_text(banger_str value, char* out, uint64_t size) {
    uint64_t length = 0, i;
    for (i = 1; i + 1 < value.len && length + 1 < size; ++i) {
        char c = value.ptr[i];
        if (c == '\\' && i + 2 < value.len) {
            c = value.ptr[++i];
            if (c == 'u') {
                i += 4;
            }
            c = c == 'n' || c == 'r' || c == 't' ? ' ' : c == 'u' ? '?' : c;
        }
        out[length++] = c;
    }
    out[length] = '\0';
    return length;
}

int json_is(banger_str value, const char* text) {
    const size_t length = strlen(text);
    return value.len == length + 2 && value.ptr[0] == '"' &&
           memcmp(value.ptr + 1, text, length) == 0;
}

int64_t json_number(banger_str value) {
    int64_t number = 0;
    uint64_t i;
    for (i = 0; i < value.len && value.ptr[i] >= '0' && value.ptr[i] <= '9'; ++i) {
        number = number * 10 + (value.ptr[i] - '0');
    }
    return number;
}

uint64_t json_quote(const char* text, char* out, uint64_t size) {
    uint64_t length = 0;
    out[length++] = '"';
    for (; *text != '\0' && length + 8 < size; ++text) {
        if (*text == '"' || *text == '\\') {
            out[length++] = '\\';
            out[length++] = *text;
        } else if ((unsigned char)*text < 0x20) {
            length += (uint64_t)snprintf(out + length, 7, "\\u%04x", *text);
        } else {
            out[length++] = *text;
        }
    }
    out[length++] = '"';
    out[length] = '\0';
    return length;
}
