// The work of `voicesim bench relay` as plain C: a relay's forwarding of ChannelData with hash
// table, channel and permission look-up, and an ICE check built and verified with HMAC-SHA-1 and
// CRC-32. `loop [evp] to-peers|to-clients|both ALLOCATIONS`, `loop [evp] check`, and
// `loop digest forward|check [evp]`; with `evp` HMAC goes through OpenSSL's reused HMAC_CTX, else
// through copies of the two SHA-1 states behind the key.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <arpa/inet.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <stdint.h>
#include <string.h>

#include "../media/common.h"

// --- forwarding ---------------------------------------------------------------------------------

enum { DATA = 98, BUFFERS = 64, STRIDE = 256, ROOM = 48, CHANNELS = 8, HASH = 32768 };

typedef struct {
    uint32_t ip;
    uint16_t port;
} address;

typedef struct {
    uint32_t ip;
    int64_t expiry;
} permission;

typedef struct {
    uint16_t number;
    address peer;
    int64_t expiry;
} channel;

typedef struct allocation {
    struct allocation *next;
    address client;
    uint16_t server_port, relayed_port;
    uint8_t transport;
    int64_t expiry;
    int permissions, channels;
    permission permission[4];
    channel channel[CHANNELS];
} allocation;

static allocation *table[HASH], *by_port[65536];
static allocation *all;
static size_t count;
static uint64_t order = 88172645463325252ull, checksum, packets, bytes_sent;
static uint8_t memory[BUFFERS * STRIDE];
static int64_t now;

static uint32_t hash(address a, uint16_t server_port, uint8_t transport) {
    uint64_t word = (uint64_t)a.ip << 32 | (uint64_t)a.port << 16 | server_port;
    word = (word ^ transport) * 0x9E3779B97F4A7C15ull;
    return (uint32_t)(word >> 32) % HASH;
}

static void fill(size_t allocations) {
    all = room(allocations, sizeof *all);
    count = allocations;
    for (size_t i = 0; i < allocations; i++) {
        allocation *a = &all[i];
        a->client = (address){0x0A000000u + (uint32_t)i, (uint16_t)(1024 + i)};
        a->server_port = 3478;
        a->relayed_port = (uint16_t)(49152 + i);
        a->expiry = 600;
        address peer = {0xCB000000u + (uint32_t)i, (uint16_t)(2048 + i)};
        a->permissions = 1;
        a->permission[0] = (permission){peer.ip, 300};
        a->channels = (int)(i % CHANNELS) + 1;
        for (int k = 0; k < a->channels; k++) {
            address other = {peer.ip, (uint16_t)(1 + k)};
            a->channel[k] =
                (channel){(uint16_t)(0x4000 + k), k + 1 == a->channels ? peer : other, 600};
        }
        uint32_t place = hash(a->client, 3478, 0);
        a->next = table[place];
        table[place] = a;
        by_port[a->relayed_port] = a;
    }
    for (size_t i = 0; i < sizeof memory; i++) memory[i] = (uint8_t)i;
}

static int permitted(const allocation *a, uint32_t ip) {
    for (int i = 0; i < a->permissions; i++)
        if (a->permission[i].ip == ip) return a->permission[i].expiry > now;
    return 0;
}

typedef struct {
    uint8_t *start;
    size_t length;
    address to;
    uint16_t from_port;
} packet;

// Not inlined: a relay calls it from its receive loop, packet by packet.
__attribute__((noinline)) static int to_peer(
    uint8_t *message, size_t length, address from, uint16_t server_port, packet *out) {
    if (length < 4 || message[0] < 0x40 || message[0] > 0x4F) return 0;
    uint16_t number = (uint16_t)(message[0] << 8 | message[1]);
    size_t data = (size_t)(message[2] << 8 | message[3]);
    if (length < 4 + data) return 0;
    allocation *a = table[hash(from, server_port, 0)];
    while (a && (a->client.ip != from.ip || a->client.port != from.port ||
                 a->server_port != server_port || a->transport != 0))
        a = a->next;
    if (!a || a->expiry <= now) return 0;
    for (int i = 0; i < a->channels; i++) {
        const channel *c = &a->channel[i];
        if (c->number != number || c->expiry <= now) continue;
        if (!permitted(a, c->peer.ip)) return 0;
        *out = (packet){message + 4, data, c->peer, a->relayed_port};
        packets++;
        bytes_sent += data;
        return 1;
    }
    return 0;
}

__attribute__((noinline)) static int to_client(
    uint8_t *data, size_t length, address from, uint16_t relayed_port, packet *out) {
    allocation *a = by_port[relayed_port];
    if (!a || a->expiry <= now || !permitted(a, from.ip)) return 0;
    for (int i = 0; i < a->channels; i++) {
        const channel *c = &a->channel[i];
        if (c->peer.ip != from.ip || c->peer.port != from.port || c->expiry <= now) continue;
        uint8_t *start = data - 4;
        start[0] = (uint8_t)(c->number >> 8);
        start[1] = (uint8_t)c->number;
        start[2] = (uint8_t)(length >> 8);
        start[3] = (uint8_t)length;
        *out = (packet){start, length + 4, a->client, a->server_port};
        packets++;
        bytes_sent += length + 4;
        return 1;
    }
    return 0;
}

static int mode;

static double forward(size_t operations) {
    double start = cpu();
    for (size_t i = 0; i < operations; i++) {
        order ^= order << 13;
        order ^= order >> 7;
        order ^= order << 17;
        const allocation *a = &all[((order >> 32) * count) >> 32];
        const channel *c = &a->channel[a->channels - 1];
        uint8_t *buffer = memory + STRIDE * (i % BUFFERS) + ROOM;
        packet out;
        int sent;
        if (mode == 0 || (mode == 2 && i % 2 == 0)) {
            buffer[0] = (uint8_t)(c->number >> 8);
            buffer[1] = (uint8_t)c->number;
            buffer[2] = 0;
            buffer[3] = DATA;
            sent = to_peer(buffer, DATA + 4, a->client, 3478, &out);
        } else {
            sent = to_client(buffer, DATA, c->peer, a->relayed_port, &out);
        }
        require(sent, "every packet has its way");
        uint32_t first;
        memcpy(&first, out.start, 4);
        uint64_t place = (uint64_t)out.to.ip << 16 | out.to.port;
        checksum = (checksum ^ place ^ first ^ (uint64_t)out.length << 48) * 0x9E3779B97F4A7C15ull;
    }
    return (cpu() - start) / (double)operations;
}

// --- an ICE check -------------------------------------------------------------------------------

static uint32_t crc_table[8][256];
static const char *const username = "s0Ur:c7xQ", *const password = "pass4word8of12twenty4abc";
static SHA_CTX inner, outer;
static HMAC_CTX *reused;
static int over_evp;

static void prepare(void) {
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t crc = i;
        for (int k = 0; k < 8; k++) crc = crc & 1 ? crc >> 1 ^ 0xEDB88320u : crc >> 1;
        crc_table[0][i] = crc;
    }
    for (int t = 1; t < 8; t++)
        for (int i = 0; i < 256; i++)
            crc_table[t][i] = crc_table[t - 1][i] >> 8 ^ crc_table[0][crc_table[t - 1][i] & 255];
    uint8_t block[64] = {0};
    memcpy(block, password, strlen(password));
    for (int i = 0; i < 64; i++) block[i] ^= 0x36;
    SHA1_Init(&inner);
    SHA1_Update(&inner, block, 64);
    for (int i = 0; i < 64; i++) block[i] ^= 0x36 ^ 0x5C;
    SHA1_Init(&outer);
    SHA1_Update(&outer, block, 64);
    reused = HMAC_CTX_new();
    require(HMAC_Init_ex(reused, password, (int)strlen(password), EVP_sha1(), NULL), "no HMAC");
}

static uint32_t crc32_of(const uint8_t *bytes, size_t length) {
    uint32_t crc = 0xFFFFFFFFu;
    for (; length >= 8; bytes += 8, length -= 8) {
        uint64_t word;
        memcpy(&word, bytes, 8);
        word ^= crc;
        crc = crc_table[7][word & 255] ^ crc_table[6][word >> 8 & 255] ^
              crc_table[5][word >> 16 & 255] ^ crc_table[4][word >> 24 & 255] ^
              crc_table[3][word >> 32 & 255] ^ crc_table[2][word >> 40 & 255] ^
              crc_table[1][word >> 48 & 255] ^ crc_table[0][word >> 56];
    }
    while (length--) crc = crc >> 8 ^ crc_table[0][(crc ^ *bytes++) & 255];
    return ~crc;
}

static void hmac(const uint8_t *head, size_t a, const uint8_t *tail, size_t b, uint8_t *code) {
    if (over_evp) {
        unsigned length;
        HMAC_Init_ex(reused, NULL, 0, NULL, NULL);
        HMAC_Update(reused, head, a);
        HMAC_Update(reused, tail, b);
        HMAC_Final(reused, code, &length);
        return;
    }
    SHA_CTX state = inner;
    SHA1_Update(&state, head, a);
    if (b > 0) SHA1_Update(&state, tail, b);
    SHA1_Final(code, &state);
    state = outer;
    SHA1_Update(&state, code, 20);
    SHA1_Final(code, &state);
}

static uint8_t *put(uint8_t *at, uint16_t type, const void *value, uint16_t length) {
    uint16_t head[2] = {htons(type), htons(length)};
    memcpy(at, head, 4);
    memcpy(at + 4, value, length);
    memset(at + 4 + length, 0, (size_t)(-length & 3));
    return at + 4 + ((length + 3) & ~3);
}

static void set_length(uint8_t *message, size_t length) {
    message[2] = (uint8_t)(length >> 8);
    message[3] = (uint8_t)length;
}

static size_t build(uint8_t *message, uint64_t serial) {
    static const uint8_t head[12] = {0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42, 1, 2, 3, 4};
    static const uint8_t tie[8] = {1, 2, 3, 4, 5, 6, 7, 8}, priority[4] = {0x6E, 0, 1, 0xFF};
    memcpy(message, head, 12);
    uint64_t low = __builtin_bswap64(serial);
    memcpy(message + 12, &low, 8);
    uint8_t *at = put(message + 20, 0x0006, username, (uint16_t)strlen(username));
    at = put(at, 0x802A, tie, 8);
    at = put(at, 0x0025, "", 0);
    at = put(at, 0x0024, priority, 4);
    uint8_t code[20];
    set_length(message, (size_t)(at - message) + 24 - 20);
    hmac(message, (size_t)(at - message), NULL, 0, code);
    at = put(at, 0x0008, code, 20);
    set_length(message, (size_t)(at - message) + 8 - 20);
    uint32_t crc = htonl(crc32_of(message, (size_t)(at - message)) ^ 0x5354554Eu);
    at = put(at, 0x8028, &crc, 4);
    return (size_t)(at - message);
}

// Header, lengths, FINGERPRINT at the end and MESSAGE-INTEGRITY.
static int verify(const uint8_t *message, size_t length, uint32_t *priority) {
    uint32_t cookie;
    memcpy(&cookie, message + 4, 4);
    if (length < 20 || message[0] & 0xC0 || cookie != htonl(0x2112A442u)) return 0;
    if ((size_t)(message[2] << 8 | message[3]) != length - 20 || length & 3) return 0;
    size_t integrity = 0, fingerprint = 0;
    for (size_t at = 20; at < length;) {
        unsigned type = (unsigned)(message[at] << 8 | message[at + 1]);
        size_t size = (size_t)(message[at + 2] << 8 | message[at + 3]);
        size_t next = at + 4 + ((size + 3) & ~(size_t)3);
        if (next > length || fingerprint) return 0;
        switch (type) {
        case 0x0006: if (size > 508) return 0; break;
        case 0x0008: if (size != 20) return 0; integrity = at; break;
        case 0x0024: if (size != 4) return 0; memcpy(priority, message + at + 4, 4); break;
        case 0x0025: if (size != 0) return 0; break;
        case 0x8028: if (size != 4) return 0; fingerprint = at; break;
        case 0x8029: case 0x802A: if (size != 8) return 0; break;
        default: if (type < 0x8000) return 0;
        }
        at = next;
    }
    if (!integrity || !fingerprint) return 0;
    uint32_t crc = htonl(crc32_of(message, fingerprint) ^ 0x5354554Eu);
    if (memcmp(&crc, message + fingerprint + 4, 4)) return 0;
    uint8_t head[4], code[20], difference = 0;
    memcpy(head, message, 4);
    set_length(head, integrity + 24 - 20);
    hmac(head, 4, message + 4, integrity - 4, code);
    for (int i = 0; i < 20; i++) difference |= code[i] ^ message[integrity + 4 + (size_t)i];
    return difference == 0;
}

static double check(size_t operations) {
    static uint64_t serial;
    uint8_t message[256];
    uint32_t priority;
    double start = cpu();
    for (size_t i = 0; i < operations; i++)
        require(verify(message, build(message, ++serial), &priority), "what was built verifies");
    return (cpu() - start) / (double)operations;
}

// What `voicesim` compares with its own: a thousand packets each way, or the first check.
static int digest(const char *what) {
    if (strcmp(what, "check") == 0) {
        uint8_t message[256];
        size_t length = build(message, 1);
        for (size_t i = 0; i < length; i++) printf("%02x", message[i]);
    } else {
        fill(1000);
        mode = 2;
        forward(2000);
        printf("%llu", (unsigned long long)checksum);
    }
    puts("");
    return 0;
}

int main(int argument_count, char **arguments) {
    prepare();
    if (argument_count > 1 && strcmp(arguments[1], "evp") == 0) over_evp = 1;
    if (argument_count > 2 && strcmp(arguments[1], "digest") == 0) {
        over_evp = argument_count > 3;
        return digest(arguments[2]);
    }
    char **rest = arguments + 1 + over_evp;
    require(rest < arguments + argument_count, "to-peers|to-clients|both ALLOCATIONS, or check");
    if (strcmp(rest[0], "check") == 0) return serve(check);
    require(rest + 1 < arguments + argument_count, "how many allocations?");
    mode = strcmp(rest[0], "to-peers") == 0 ? 0 : strcmp(rest[0], "to-clients") == 0 ? 1 : 2;
    fill((size_t)atol(rest[1]));
    return serve(forward);
}
