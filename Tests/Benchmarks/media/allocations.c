// Counts what a program allocates, for `voicesim bench media`, which starts itself with this in
// LD_PRELOAD and reads the counts by name. glibc offers its own functions under these names.
#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

static atomic_uint_fast64_t calls;
static atomic_int_fast64_t living;

// How often memory was asked for since the program began.
uint64_t bench_allocation_count(void) { return atomic_load(&calls); }
// Bytes that are allocated now.
int64_t bench_living_bytes(void) { return atomic_load(&living); }

static void *note(void *made) {
    atomic_fetch_add_explicit(&calls, 1, memory_order_relaxed);
    if (made != NULL)
        atomic_fetch_add_explicit(
            &living, (int64_t)malloc_usable_size(made), memory_order_relaxed);
    return made;
}

static void forget(void *old) {
    if (old != NULL)
        atomic_fetch_sub_explicit(&living, (int64_t)malloc_usable_size(old), memory_order_relaxed);
}

void *malloc(size_t size) { return note(__libc_malloc(size)); }

void *calloc(size_t count, size_t size) { return note(__libc_calloc(count, size)); }

void *realloc(void *old, size_t size) {
    forget(old);
    return note(__libc_realloc(old, size));
}

void free(void *old) {
    forget(old);
    __libc_free(old);
}

void *memalign(size_t alignment, size_t size) { return note(__libc_memalign(alignment, size)); }

void *aligned_alloc(size_t alignment, size_t size) {
    return note(__libc_memalign(alignment, size));
}

int posix_memalign(void **made, size_t alignment, size_t size) {
    if (alignment % sizeof(void *) != 0 || (alignment & (alignment - 1)) != 0) return EINVAL;
    *made = note(__libc_memalign(alignment, size));
    return *made == NULL ? ENOMEM : 0;
}
