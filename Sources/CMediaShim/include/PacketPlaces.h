#ifndef CMEDIASHIM_PACKET_PLACES_H
#define CMEDIASHIM_PACKET_PLACES_H

#include <stddef.h>
#include <stdint.h>

enum {
    MEDIA_CACHE_LINE_BYTES = 64,
    MEDIA_SRTP_LINES = 14,
};

/// Where the memory lies that one direction's RTP packets touch, as far as it is known: as numbers
/// of cache lines from one of its own on, so that little has to be read before it is asked for.
typedef struct {
    const char *origin;
    /// The first line of the cipher's context, and how many there are.
    int32_t context;
    uint16_t context_lines;
    /// How many there are in `lines`.
    uint8_t count;
    /// Whether the stream has been looked for.
    uint8_t knows_stream;
    int32_t lines[MEDIA_SRTP_LINES];
} media_srtp_places;

/// Asks for the memory at `places`, without waiting for it.
static inline void media_srtp_prefetch(const media_srtp_places *places) {
    const char *origin = places->origin;
    for (int i = 0; i < places->count; i++) {
        __builtin_prefetch(origin + (ptrdiff_t)places->lines[i] * MEDIA_CACHE_LINE_BYTES);
    }
    const char *context = origin + (ptrdiff_t)places->context * MEDIA_CACHE_LINE_BYTES;
    for (int i = 0; i < places->context_lines; i++) {
        __builtin_prefetch(context + (ptrdiff_t)i * MEDIA_CACHE_LINE_BYTES);
    }
}

struct srtp_ctx_t_;
struct srtp_policy_t;

/// `srtp_create`, which also notes the places of what it makes.
int32_t media_srtp_create(
    struct srtp_ctx_t_ **session, const struct srtp_policy_t *policy, media_srtp_places *places);

/// Notes the places of what the library made for the first stream of `session`, which it does at
/// the first packet that it protects or accepts.
void media_srtp_note_stream(const struct srtp_ctx_t_ *session, media_srtp_places *places);

#endif
