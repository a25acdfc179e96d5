#include "include/KeyReleases.h"

static _Thread_local int is_looking;
static _Thread_local media_key_releases seen;

void media_key_releases_begin(void) {
    seen = (media_key_releases){0, 0};
    is_looking = 1;
}

media_key_releases media_key_releases_end(void) {
    is_looking = 0;
    return seen;
}

void media_key_releases_look(const void *block, size_t count) {
    if (!is_looking) {
        return;
    }
    // Read one by one as they are: no compiler may conclude from the overwriting what is there.
    const volatile uint8_t *bytes = block;
    uint8_t left = 0;
    for (size_t i = 0; i < count; i++) {
        left |= bytes[i];
    }
    seen.blocks++;
    if (left != 0) {
        seen.uncleansed++;
    }
}
