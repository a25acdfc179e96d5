#ifndef CMEDIASHIM_KEY_RELEASES_H
#define CMEDIASHIM_KEY_RELEASES_H

#include <stddef.h>
#include <stdint.h>

/// What was seen of blocks of memory that had keys in them, just before they were freed.
typedef struct {
    /// Blocks that were looked at.
    uint32_t blocks;
    /// Of these, the ones in which anything but zeros was left.
    uint32_t uncleansed;
} media_key_releases;

/// From now on the calling thread looks at each such block that it frees, until it stops.
void media_key_releases_begin(void);

/// Stops, and returns what was seen since then.
media_key_releases media_key_releases_end(void);

/// A block is about to be freed: looks at it if the calling thread is to.
void media_key_releases_look(const void *block, size_t count);

#endif
