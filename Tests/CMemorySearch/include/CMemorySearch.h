#ifndef CMEMORYSEARCH_H
#define CMEMORYSEARCH_H

#include <stddef.h>
#include <stdint.h>

// A search for secrets in this process's memory, in C because it looks at every byte. A secret is
// given in disguise, and at no time does it lie in memory in the clear on account of the search.

/// The eight bytes from `bytes` on, disguised.
uint64_t memory_search_disguise(const void *bytes);

/// How often any of the `disguised` begins at a byte of the `count` from `start` on.
size_t memory_search_in(
    const void *start, size_t count, const uint64_t *disguised, size_t disguised_count);

/// The same for all writable memory of the process: heap, stacks and data, freed parts included.
size_t memory_search_everywhere(const uint64_t *disguised, size_t disguised_count);

#endif
