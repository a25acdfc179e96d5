#include "Internal.h"

#include <srtp2/srtp.h>

// ---- what the library has of a stream ----------------------------------------------------------

// libsrtp2 does not say where its streams are, but each packet goes from the session to a list, to
// a stream, to its keys and their limit, each known only once the one before has been read. These
// are the beginnings of these structures in the one version they are read from; any other is
// left alone. Nothing but hints follows from what is read here.
enum { KNOWN_VERSION = 2 << 24 | 5 << 16 | 0 };

typedef struct {
    const void *ciphers[2];
    const void *authenticator;
    const void *of_control[2];
    uint8_t salts_and_identifier[40];
    const void *limit;
} known_keys;

typedef struct known_stream {
    uint32_t source;
    const known_keys *keys;
    uint32_t key_count;
    uint64_t packet_index;
    uint32_t replay_bits;
    const void *replay_words;
    uint8_t control_and_direction[64];
    const struct known_stream *next;
} known_stream;

typedef struct {
    // A stream that is none and has the first one after it.
    const known_stream *list;
} known_session;

enum {
    AUTHENTICATOR_BYTES = 32,
    LIMIT_BYTES = 12,
    // As many as the default window has.
    REPLAY_BYTES = 16,
};

// ---- noting ------------------------------------------------------------------------------------

// While a session is made: where to note the memory that its packets will touch, and how many
// ciphers and authenticators it has so far. The library asks for those of RTP first.
static _Thread_local media_srtp_places *noted;
static _Thread_local int noted_ciphers;
static _Thread_local int noted_authenticators;

static int64_t line_of(const media_srtp_places *places, const void *start) {
    return ((intptr_t)start - (intptr_t)places->origin) >> 6;
}

static void begin(media_srtp_places *places, const void *origin) {
    *places = (media_srtp_places){0};
    places->origin = (const char *)((uintptr_t)origin & ~(uintptr_t)(MEDIA_CACHE_LINE_BYTES - 1));
}

static void add(media_srtp_places *places, const void *start, size_t count) {
    if (start == NULL || count == 0) {
        return;
    }
    int64_t last = line_of(places, (const char *)start + count - 1);
    for (int64_t line = line_of(places, start); line <= last; line++) {
        int is_there = line != (int32_t)line;
        for (int i = 0; i < places->count && !is_there; i++) {
            is_there = places->lines[i] == line;
        }
        if (!is_there && places->count < MEDIA_SRTP_LINES) {
            places->lines[places->count++] = (int32_t)line;
        }
    }
}

static void set_context(media_srtp_places *places, const void *start, size_t count) {
    if (start == NULL || count == 0) {
        return;
    }
    int64_t first = line_of(places, start);
    if (first == (int32_t)first) {
        places->context = (int32_t)first;
        places->context_lines =
            (uint16_t)(line_of(places, (const char *)start + count - 1) - first + 1);
    }
}

int media_places_next_cipher(void) {
    return noted == NULL ? -1 : noted_ciphers++;
}

void media_places_note_cipher(
    const void *cipher, size_t count, const void *context, size_t context_count) {
    begin(noted, cipher);
    add(noted, cipher, count);
    set_context(noted, context, context_count);
}

void media_places_note_authenticator(const void *authenticator, size_t count) {
    if (noted != NULL && noted_authenticators++ == 0) {
        add(noted, authenticator, count);
    }
}

int32_t media_srtp_create(
    srtp_t *session, const srtp_policy_t *policy, media_srtp_places *places) {
    *places = (media_srtp_places){0};
    noted = places;
    noted_ciphers = 0;
    noted_authenticators = 0;
    srtp_err_status_t status = srtp_create(session, policy);
    noted = NULL;
    if (status == srtp_err_status_ok) {
        add(places, *session, sizeof(void *));
    }
    return (int32_t)status;
}

void media_srtp_note_stream(const struct srtp_ctx_t_ *session, media_srtp_places *places) {
    places->knows_stream = 1;
    if (srtp_get_version() != KNOWN_VERSION) {
        return;
    }
    const known_stream *list = ((const known_session *)(const void *)session)->list;
    if (list == NULL || list->next == NULL) {
        return;
    }
    const known_stream *stream = list->next;
    add(places, &list->next, sizeof list->next);
    add(places, stream, sizeof *stream);
    add(places, stream->replay_words, REPLAY_BYTES);
    if (stream->keys != NULL) {
        add(places, stream->keys, sizeof *stream->keys);
        add(places, stream->keys->limit, LIMIT_BYTES);
        add(places, stream->keys->authenticator, AUTHENTICATOR_BYTES);
    }
}
