#ifndef CMEMORYHINTS_H
#define CMEMORYHINTS_H

#include <stddef.h>

/// Asks the processor to bring the cache line of `address` near; never faults, changes nothing.
static inline void memory_hint_fetch(const void *address) {
    __builtin_prefetch(address, 0, 3);
}

/// The same for a line that is going to be written.
static inline void memory_hint_fetch_for_writing(const void *address) {
    __builtin_prefetch(address, 1, 3);
}

/// Asks the system to back `count` bytes from `address` on with large pages, where it can.
void memory_hint_large_pages(void *address, size_t count);

#endif
