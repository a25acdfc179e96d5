// RAND_METHOD is deprecated in favour of providers, which cannot serve one stream per connection:
// each needs a library context, and a process can have about 500 of those.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "Internal.h"

#include <openssl/rand.h>
#include <pthread.h>
#include <stdatomic.h>

static _Thread_local media_random_source current;
static atomic_uint_fast64_t unattributed_draws;

media_random_source media_random_enter(media_random_source source) {
    media_random_source former = current;
    current = source;
    return former;
}

uint64_t media_random_unattributed_draws(void) {
    return atomic_load(&unattributed_draws);
}

static int draw(unsigned char *bytes, int count) {
    if (count < 0) {
        return 0;
    }
    if (current.fill != NULL) {
        current.fill(current.context, bytes, (size_t)count);
        return 1;
    }
    atomic_fetch_add(&unattributed_draws, 1);
    return RAND_OpenSSL()->bytes(bytes, count);
}

static int always_seeded(void) {
    return 1;
}

static const RAND_METHOD attributed_method = {
    .bytes = draw,
    .pseudorand = draw,
    .status = always_seeded,
};

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void install(void) {
    RAND_set_rand_method(&attributed_method);
}

void media_random_install(void) {
    pthread_once(&once, install);
}
