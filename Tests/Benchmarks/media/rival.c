// Rivals of the media core, for `voicesim bench media`: the same work as a plain C loop. Which SRTP
// it has depends on what it is linked with.
//
// usage: PROGRAM full|encode|decode SPEECH BITRATE COMPLEXITY BANDWIDTH
//        PROGRAM packets PROFILE PEERS BURST CORPUS
//        PROGRAM protect|unprotect PROFILE SESSIONS
//        PROGRAM packetise|forward|jitter-buffer PEERS CORPUS
//        PROGRAM digest PROFILE
// PROFILE is cm or gcm, BANDWIDTH in Hz. Prints `ready`, then for each line with a number of operations the CPU ns
// per operation; `digest` prints a hash of a few thousand protected packets instead.
#include "common.h"
#include "packets.h"
#include "security.h"

#include <opus/opus.h>

// ---- peers --------------------------------------------------------------------------------------

// One side of a call.
typedef struct {
    sender sender;
    security *outbound, *inbound;
    jitter_buffer buffer;
    uint32_t clock;
    size_t frame;
} peer;

static peer *peers;
static size_t peer_count, burst = 1, turn;
static corpus frames;
static pool slots;
static uint64_t sink;

// The master key and salt of a sender; its partner's inbound side has the same.
static const uint8_t *key_of(size_t sender) {
    static uint8_t key[30];
    for (size_t i = 0; i < sizeof key; i++) key[i] = (uint8_t)(7 * sender + 13 * i + (sender >> 8));
    return key;
}

static uint32_t source_of(size_t sender) { return (uint32_t)sender * 2654435761u + 1; }

// Pairs: each talks to the one whose number differs in the last bit.
static void make_peers(size_t count, srtp_profile profile, int secured) {
    require(count > 0 && count % 2 == 0, "peers come in pairs");
    peer_count = count;
    peers = room(count, sizeof *peers);
    for (size_t i = 0; i < count; i++) {
        peers[i].sender = (sender){source_of(i), (uint32_t)i * 977, (uint16_t)(i * 31), 0};
        peers[i].clock = peers[i].sender.timestamp;
        if (frames.count) peers[i].frame = i * 17 % frames.count;
        if (!secured) continue;
        peers[i].outbound = security_new(profile, key_of(i), source_of(i), 1);
        peers[i].inbound = security_new(profile, key_of(i ^ 1), source_of(i ^ 1), 0);
    }
    slots = make_pool(count * (PLAYOUT_FRAMES + 2) + 8);
}

static int fill(peer *from, uint8_t *packet) {
    int length = frames.lengths[from->frame];
    write_header(&from->sender, packet, 0, from->clock);
    memcpy(packet + RTP_HEADER, frames.frames[from->frame], (size_t)length);
    from->frame = from->frame + 1 == frames.count ? 0 : from->frame + 1;
    return RTP_HEADER + length;
}

// ---- the packet path ----------------------------------------------------------------------------

static void listen(peer *to, uint8_t *slot, const parsed *layout) {
    if (!insert(&to->buffer, layout, slot, to->clock)) give_back(&slots, slot);
}

static void play(peer *to) {
    waiting *packet = pull(&to->buffer);
    to->clock += FRAME_SAMPLES;
    if (packet == NULL) return;
    sink += packet->count;
    give_back(&slots, packet->slot);
}

// Calls take turns, each with BURST frames both ways. One packet from `from` to `to`, and what `to` plays meanwhile.
static void carry(peer *from, peer *to) {
    uint8_t *slot = take(&slots), *packet = slot + HEADROOM;
    int count = security_protect(from->outbound, packet, fill(from, packet));
    wrap(packet, count, 0x4000);
    count = strip(packet - RELAY_HEADER, count + RELAY_HEADER, 0x4000);
    count = security_unprotect(to->inbound, packet, count);
    parsed layout;
    require(count > 0 && parse(packet, count, &layout), "a packet got lost");
    listen(to, slot, &layout);
    play(to);
}

static double packets(size_t operations) {
    double start = cpu();
    size_t done = 0;
    for (; done < operations; done += 2 * burst) {
        for (size_t i = 0; i < burst; i++) {
            carry(&peers[turn], &peers[turn + 1]);
            carry(&peers[turn + 1], &peers[turn]);
        }
        turn = turn + 2 == peer_count ? 0 : turn + 2;
    }
    return (cpu() - start) / (double)done;
}

// ---- protection alone ---------------------------------------------------------------------------

enum { PAYLOAD = 100, PACKET = 12 + PAYLOAD, BATCH = 256 };

// 100 bytes behind a bare header.
static int prepare(peer *from, uint8_t *packet) {
    write_header(&from->sender, packet, 0, 0);
    packet[0] = 0x80;
    return PACKET;
}

static double protect(size_t operations) {
    static uint8_t packet[SLOT_BYTES];
    double start = cpu();
    for (size_t i = 0; i < operations; i++) {
        int count = security_protect(peers[turn].outbound, packet, prepare(&peers[turn], packet));
        require(count > PACKET, "no protection");
        turn = turn + 1 == peer_count ? 0 : turn + 1;
    }
    return (cpu() - start) / (double)operations;
}

static double unprotect(size_t operations) {
    size_t batch = peer_count > BATCH ? peer_count : BATCH, done = 0;
    static uint8_t *packets;
    static int *counts;
    if (packets == NULL) {
        packets = room(batch, SLOT_BYTES);
        counts = room(batch, sizeof(int));
    }
    double spent = 0;
    for (; done < operations; done += batch) {
        for (size_t i = 0; i < batch; i++) {
            peer *from = &peers[i % peer_count];
            uint8_t *packet = packets + SLOT_BYTES * i;
            counts[i] = security_protect(from->outbound, packet, prepare(from, packet));
        }
        double start = cpu();
        for (size_t i = 0; i < batch; i++) {
            peer *to = &peers[(i % peer_count) ^ 1];
            require(security_unprotect(to->inbound, packets + SLOT_BYTES * i, counts[i]) == PACKET,
                    "a packet is refused");
        }
        spent += cpu() - start;
    }
    return spent / (double)done;
}

// FNV-1a over packets of changing length that wrap the sequence number; each comes back as it was,
// and one with a bit changed or that has been there is refused.
static int digest(srtp_profile profile) {
    uint64_t hash = 14695981039346656037u;
    security *out = security_new(profile, key_of(2), source_of(2), 1);
    security *in = security_new(profile, key_of(2), source_of(2), 0);
    sender from = {source_of(2), 5, 65000, 0};
    for (int n = 0; n < 2000; n++) {
        uint8_t packet[SLOT_BYTES] = {0};
        write_header(&from, packet, 0, (uint32_t)n);
        int length = 1 + n * 7 % 150;
        for (int i = 0; i < length; i++) packet[RTP_HEADER + i] = (uint8_t)(n + i);
        int count = security_protect(out, packet, RTP_HEADER + length);
        for (int i = 0; i < count; i++) hash = (hash ^ packet[i]) * 1099511628211u;
        uint8_t changed[SLOT_BYTES], again[SLOT_BYTES];
        memcpy(changed, packet, sizeof packet);
        memcpy(again, packet, sizeof packet);
        changed[n % count] ^= 1;
        if (n % count > 11)
            require(security_unprotect(in, changed, count) < 0, "a forgery is accepted");
        require(security_unprotect(in, packet, count) == RTP_HEADER + length
                && packet[RTP_HEADER + length - 1] == (uint8_t)(n + length - 1),
                "a packet is refused");
        require(security_unprotect(in, again, count) < 0, "a replay is accepted");
    }
    printf("%016llx\n", (unsigned long long)hash);
    return 0;
}

// ---- the other stages ---------------------------------------------------------------------------

static double packetise(size_t operations) {
    static uint8_t packet[SLOT_BYTES];
    double start = cpu();
    for (size_t i = 0; i < operations; i++) {
        sink += (uint64_t)fill(&peers[turn], packet) + packet[9];
        turn = turn + 1 == peer_count ? 0 : turn + 1;
    }
    return (cpu() - start) / (double)operations;
}

static double forward(size_t operations) {
    static uint8_t packet[SLOT_BYTES];
    double start = cpu();
    for (size_t i = 0; i < operations; i++) {
        int count = frames.lengths[i % frames.count];
        wrap(packet + HEADROOM, count, (uint16_t)(0x4000 + (i & 255)));
        int got = strip(packet + HEADROOM - RELAY_HEADER, count + RELAY_HEADER,
                        (uint16_t)(0x4000 + (i & 255)));
        require(got == count, "the relay drops a packet");
        __asm__ volatile("" ::: "memory");
    }
    return (cpu() - start) / (double)operations;
}

// Packets are laid out in advance; what is timed is parsing, insertion and playout.
static double buffering(size_t operations) {
    uint8_t packet[SLOT_BYTES];
    double spent = 0;
    size_t done = 0;
    static uint8_t **batch;
    static int *counts;
    if (batch == NULL) {
        batch = room(peer_count, sizeof(uint8_t *));
        counts = room(peer_count, sizeof(int));
    }
    for (; done < operations; done += peer_count) {
        for (size_t i = 0; i < peer_count; i++) {
            batch[i] = take(&slots);
            counts[i] = fill(&peers[i], packet);
            memcpy(batch[i] + HEADROOM, packet, (size_t)counts[i]);
        }
        double start = cpu();
        for (size_t i = 0; i < peer_count; i++) {
            peer *to = &peers[i ^ 1];
            parsed layout;
            require(parse(batch[i] + HEADROOM, counts[i], &layout), "a packet is refused");
            listen(to, batch[i], &layout);
            play(to);
        }
        spent += cpu() - start;
    }
    return spent / (double)done;
}

// ---- the codec ----------------------------------------------------------------------------------

static OpusEncoder *encoder;
static OpusDecoder *decoder;
static speech voice;

// `words`: speech, bit/s, complexity, bandwidth in Hz.
static void make_codec(char **words) {
    int error, hertz = atoi(words[3]);
    voice = read_speech(words[0]);
    encoder = opus_encoder_create(48000, 1, OPUS_APPLICATION_VOIP, &error);
    decoder = opus_decoder_create(48000, 1, &error);
    require(encoder != NULL && decoder != NULL, "no codec");
    opus_encoder_ctl(encoder, OPUS_SET_BITRATE(atoi(words[1])));
    opus_encoder_ctl(encoder, OPUS_SET_COMPLEXITY(atoi(words[2])));
    opus_encoder_ctl(encoder, OPUS_SET_MAX_BANDWIDTH(
        hertz <= 8000 ? OPUS_BANDWIDTH_WIDEBAND
        : hertz <= 12000 ? OPUS_BANDWIDTH_SUPERWIDEBAND : OPUS_BANDWIDTH_FULLBAND));
    opus_encoder_ctl(encoder, OPUS_SET_SIGNAL(OPUS_SIGNAL_VOICE));
    opus_encoder_ctl(encoder, OPUS_SET_VBR(1));
    opus_encoder_ctl(encoder, OPUS_SET_DTX(0));
    opus_encoder_ctl(encoder, OPUS_SET_INBAND_FEC(0));
}

static double encode(size_t operations) {
    uint8_t packet[SLOT_BYTES];
    double start = cpu();
    for (size_t i = 0; i < operations; i++)
        sink += (uint64_t)opus_encode(encoder, next_frame(&voice), FRAME_SAMPLES, packet, 400);
    return (cpu() - start) / (double)operations;
}

static double decode(size_t operations) {
    int16_t heard[FRAME_SAMPLES];
    uint8_t(*packets)[SLOT_BYTES] = room(operations, SLOT_BYTES);
    int *counts = room(operations, sizeof(int));
    for (size_t i = 0; i < operations; i++)
        counts[i] = opus_encode(encoder, next_frame(&voice), FRAME_SAMPLES, packets[i], 400);
    double start = cpu();
    for (size_t i = 0; i < operations; i++)
        sink += (uint64_t)opus_decode(decoder, packets[i], counts[i], heard, FRAME_SAMPLES, 0);
    double spent = cpu() - start;
    free(packets);
    free(counts);
    return spent / (double)operations;
}

// From the microphone to the ear.
static void whole_frame(peer *from, peer *to) {
    int16_t heard[FRAME_SAMPLES];
    uint8_t *slot = take(&slots), *packet = slot + HEADROOM;
    int count = opus_encode(encoder, next_frame(&voice), FRAME_SAMPLES, packet + RTP_HEADER, 400);
    write_header(&from->sender, packet, 0, from->clock);
    count = security_protect(from->outbound, packet, RTP_HEADER + count);
    count = security_unprotect(to->inbound, packet, count);
    parsed layout;
    require(count > 0 && parse(packet, count, &layout), "a packet got lost");
    listen(to, slot, &layout);
    waiting *due = pull(&to->buffer);
    to->clock += FRAME_SAMPLES;
    const uint8_t *payload = due == NULL ? NULL : due->slot + HEADROOM + due->payload;
    int got = opus_decode(decoder, payload, due == NULL ? 0 : due->count, heard, FRAME_SAMPLES, 0);
    require(got == FRAME_SAMPLES, "a frame does not decode");
    if (due != NULL) give_back(&slots, due->slot);
    sink += (uint64_t)heard[0];
}

static double full(size_t operations) {
    double start = cpu();
    for (size_t i = 0; i < operations; i++) whole_frame(&peers[0], &peers[1]);
    return (cpu() - start) / (double)operations;
}

// ---- rounds -------------------------------------------------------------------------------------

static int usage(void) {
    fputs("usage: see rival.c\n", stderr);
    return 64;
}

int main(int count, char **words) {
    if (count < 3) return usage();
    const char *work = words[1];
    if (!strcmp(work, "encode") || !strcmp(work, "decode")) {
        if (count != 6) return usage();
        make_codec(words + 2);
        return serve(!strcmp(work, "encode") ? encode : decode);
    }
    if (!strcmp(work, "packetise") || !strcmp(work, "forward") || !strcmp(work, "jitter-buffer")) {
        if (count != 4) return usage();
        frames = read_corpus(words[3]);
        make_peers((size_t)atol(words[2]), GCM, 0);
        return serve(!strcmp(work, "forward") ? forward
                     : !strcmp(work, "packetise") ? packetise : buffering);
    }
    security_start();
    if (!strcmp(work, "full")) {
        if (count != 6) return usage();
        make_codec(words + 2);
        make_peers(2, GCM, 1);
        return serve(full);
    }
    srtp_profile profile = !strcmp(words[2], "gcm") ? GCM : CM_SHA1;
    if (!strcmp(work, "digest")) return digest(profile);
    if (!strcmp(work, "packets")) {
        if (count != 6) return usage();
        burst = (size_t)atol(words[4]);
        frames = read_corpus(words[5]);
        make_peers((size_t)atol(words[3]), profile, 1);
        return serve(packets);
    }
    if (count != 4) return usage();
    make_peers((size_t)atol(words[3]), profile, 1);
    if (!strcmp(work, "protect")) return serve(protect);
    return !strcmp(work, "unprotect") ? serve(unprotect) : usage();
}
