// RTP, the relay and the jitter buffer of the C rivals: as plain as the work allows.
#pragma once
#include "common.h"

enum {
    RELAY_HEADER = 4,     // ChannelData (RFC 8656 §12.4)
    RTP_HEADER = 28,      // fixed header (RFC 3550 §5.1) and 16 bytes of extension (RFC 8285)
    SLOT_BYTES = 512,
    HEADROOM = 16,        // where the RTP packet begins in a slot, so that a relay can write before it
    JITTER_SLOTS = 64,
    PLAYOUT_FRAMES = 3,   // how many packets wait for their playout
};

static inline void put16(uint8_t *at, uint16_t value) {
    value = __builtin_bswap16(value);
    memcpy(at, &value, 2);
}

static inline void put32(uint8_t *at, uint32_t value) {
    value = __builtin_bswap32(value);
    memcpy(at, &value, 4);
}

static inline uint16_t get16(const uint8_t *at) {
    uint16_t value;
    memcpy(&value, at, 2);
    return __builtin_bswap16(value);
}

static inline uint32_t get32(const uint8_t *at) {
    uint32_t value;
    memcpy(&value, at, 4);
    return __builtin_bswap32(value);
}

typedef struct {
    uint32_t source, timestamp;
    uint16_t number, transport;
} sender;

// Level, departure time, transport-wide number and media identifier, as browsers send them.
static inline void write_header(sender *s, uint8_t *packet, int marker, uint32_t now) {
    packet[0] = 0x90;
    packet[1] = (uint8_t)((marker ? 0x80 : 0) | 111);
    put16(packet + 2, s->number++);
    put32(packet + 4, s->timestamp);
    put32(packet + 8, s->source);
    put16(packet + 12, 0xBEDE);
    put16(packet + 14, 3);
    packet[16] = 0x10;
    packet[17] = 0x80 | 30;
    put32(packet + 18, 0x22000000 | (now & 0xFFFFFF));
    packet[22] = 0x31;
    put16(packet + 23, s->transport++);
    packet[25] = 0x40;
    packet[26] = '0';
    packet[27] = 0;
    s->timestamp += FRAME_SAMPLES;
}

// As a client wraps and a relay checks and strips; nothing is copied.
static inline void wrap(uint8_t *packet, int count, uint16_t channel) {
    put16(packet - RELAY_HEADER, channel);
    put16(packet - RELAY_HEADER + 2, (uint16_t)count);
}

static inline int strip(const uint8_t *message, int count, uint16_t channel) {
    return count >= RELAY_HEADER && get16(message) == channel
        && get16(message + 2) <= count - RELAY_HEADER ? get16(message + 2) : -1;
}

typedef struct {
    uint16_t number;
    uint32_t timestamp, departed;
    int payload, count;
} parsed;

static inline int parse(const uint8_t *packet, int count, parsed *out) {
    if (count < 12 || packet[0] >> 6 != 2) return 0;
    int at = 12 + 4 * (packet[0] & 15);
    out->departed = 0;
    if (packet[0] & 0x10) {
        if (count < at + 4) return 0;
        int end = at + 4 + 4 * get16(packet + at + 2);
        if (count < end) return 0;
        for (int i = at + 4; i < end;) {
            if (packet[i] == 0) {
                i += 1;
                continue;
            }
            int next = i + 2 + (packet[i] & 15);
            if (next > end) break;
            if (packet[i] >> 4 == 2) out->departed = get32(packet + i) & 0xFFFFFF;
            i = next;
        }
        at = end;
    }
    out->number = get16(packet + 2);
    out->timestamp = get32(packet + 4);
    out->payload = at;
    out->count = count - at;
    return out->count > 0;
}

// A packet that waits: where it is, not what it holds.
typedef struct {
    uint8_t *slot;
    uint16_t number, payload, count, taken;
} waiting;

typedef struct {
    waiting ring[JITTER_SLOTS];
    int64_t jitter, transit;  // RFC 3550 §6.4.1, 1/16 ticks
    uint32_t received;
    uint16_t next;            // the number that is played next
    uint16_t held;
    int playing;
} jitter_buffer;

// 0 if it is late or there already.
static inline int insert(jitter_buffer *b, const parsed *p, uint8_t *slot, uint32_t now) {
    int64_t transit = (int32_t)(now - p->timestamp), difference = transit - b->transit;
    if (b->received++ == 0) {
        difference = 0;
        b->next = p->number;
    }
    b->transit = transit;
    b->jitter += (difference < 0 ? -difference : difference) - ((b->jitter + 8) >> 4);
    waiting *place = &b->ring[p->number % JITTER_SLOTS];
    int16_t ahead = (int16_t)(p->number - b->next);
    if (ahead < 0 || ahead >= JITTER_SLOTS || place->taken) return 0;
    *place = (waiting){slot, p->number, (uint16_t)p->payload, (uint16_t)p->count, 1};
    b->held += 1;
    return 1;
}

// The packet to be played, NULL to conceal or wait; the caller gives its slot back.
static inline waiting *pull(jitter_buffer *b) {
    if (!b->playing) {
        if (b->held <= PLAYOUT_FRAMES) return NULL;
        b->playing = 1;
    }
    waiting *place = &b->ring[b->next % JITTER_SLOTS];
    b->next += 1;
    if (!place->taken) return NULL;
    place->taken = 0;
    b->held -= 1;
    return place;
}

// Slots for packets, the one given back last taken first.
typedef struct {
    uint8_t **free;
    size_t count;
} pool;

static inline pool make_pool(size_t slots) {
    uint8_t *bytes = room(slots, SLOT_BYTES);
    pool pool = {room(slots, sizeof(uint8_t *)), slots};
    for (size_t i = 0; i < slots; i++) pool.free[i] = bytes + SLOT_BYTES * (slots - 1 - i);
    return pool;
}

static inline uint8_t *take(pool *pool) {
    require(pool->count > 0, "no slot is free");
    return pool->free[--pool->count];
}

static inline void give_back(pool *pool, uint8_t *slot) { pool->free[pool->count++] = slot; }
