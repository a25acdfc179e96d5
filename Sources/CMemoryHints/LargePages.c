#define _DEFAULT_SOURCE
#include "CMemoryHints.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif

void memory_hint_large_pages(void *address, size_t count) {
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    // A refusal costs speed alone.
    (void)madvise(address, count, MADV_HUGEPAGE);
#else
    (void)address;
    (void)count;
#endif
}
