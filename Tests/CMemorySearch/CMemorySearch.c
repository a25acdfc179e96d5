#include "CMemorySearch.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const uint64_t mask = 0xC3A55A3CC3A55A3C;

struct __attribute__((packed)) word {
    uint64_t value;
};

// One expression, so that the clear value stays in a register.
uint64_t memory_search_disguise(const void *bytes) {
    return ((const struct word *)bytes)->value ^ mask;
}

// Which values the low 16 bits of what is looked for have: most places are passed over by it.
typedef struct {
    uint8_t bits[1 << 13];
} sieve;

static size_t compare(uint64_t value, const uint64_t *disguised, size_t disguised_count) {
    size_t found = 0;
    for (size_t i = 0; i < disguised_count; i++) {
        found += disguised[i] == value;
    }
    return found;
}

size_t memory_search_in(
    const void *start, size_t count, const uint64_t *disguised, size_t disguised_count) {
    sieve kept;
    memset(&kept, 0, sizeof kept);
    for (size_t i = 0; i < disguised_count; i++) {
        kept.bits[(disguised[i] & 0xFFFF) >> 3] |= (uint8_t)(1 << (disguised[i] & 7));
    }
    size_t found = 0;
    const uint8_t *byte = start;
    for (const uint8_t *end = byte + count; end - byte >= (ptrdiff_t)sizeof(uint64_t); byte++) {
        uint64_t value = ((const struct word *)byte)->value ^ mask;
        if (kept.bits[(value & 0xFFFF) >> 3] & (1 << (value & 7))) {
            found += compare(value, disguised, disguised_count);
        }
    }
    return found;
}

size_t memory_search_everywhere(const uint64_t *disguised, size_t disguised_count) {
    const uintptr_t largest = (uintptr_t)1 << 30;  // what is larger is reserved, not used
    FILE *maps = fopen("/proc/self/maps", "r");
    if (maps == NULL) {
        return 0;
    }
    size_t found = 0;
    char line[4096];
    while (fgets(line, sizeof line, maps) != NULL) {
        uintptr_t first = 0;
        uintptr_t end = 0;
        char access[5] = "";
        if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s", &first, &end, access) != 3
            || strncmp(access, "rw", 2) != 0 || strstr(line, "[v") != NULL
            || end - first >= largest) {
            continue;
        }
        found += memory_search_in((const void *)first, end - first, disguised, disguised_count);
    }
    fclose(maps);
    return found;
}
