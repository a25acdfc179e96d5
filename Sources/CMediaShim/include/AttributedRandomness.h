#ifndef CMEDIASHIM_ATTRIBUTED_RANDOMNESS_H
#define CMEDIASHIM_ATTRIBUTED_RANDOMNESS_H

#include <stddef.h>
#include <stdint.h>

// OpenSSL draws its random bytes through one process-wide method. The one installed here asks the
// source that the calling thread has entered, so every draw belongs to the connection at hand.

/// Fills `bytes` with `count` random bytes out of the generator behind `context`.
typedef void (*media_random_fill)(void *context, uint8_t *bytes, size_t count);

/// A source of random bytes; without a `fill` it is none.
typedef struct {
    media_random_fill fill;
    void *context;
} media_random_source;

/// Makes `source` the calling thread's source and returns the one before it. Whoever enters
/// restores the former on the same thread, without suspending in between.
media_random_source media_random_enter(media_random_source source);

/// How often OpenSSL drew outside any source since the process began; such draws come out of
/// OpenSSL's own generator and cannot be repeated. Any thread may ask.
uint64_t media_random_unattributed_draws(void);

#endif
