// SRTP by hand over OpenSSL's EVP: RFC 3711 with AES-CM and HMAC-SHA1-80, RFC 7714 with AES-GCM.
// No more than the packet path needs, so this is what the machine can do.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "security.h"

#include "common.h"
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

typedef unsigned __int128 window;  // bit n: the packet n before the highest has been there

struct security {
    EVP_CIPHER_CTX *cipher;
    uint8_t salt[16];
    SHA_CTX inner, outer;  // HMAC keyed in advance (RFC 2104)
    window seen;
    uint64_t highest;  // packet index: roll-over counter and sequence number
    srtp_profile profile;
    uint32_t source;
    int started;
};

static EVP_CIPHER *counter_cipher, *galois_cipher;

void security_start(void) {
    counter_cipher = EVP_CIPHER_fetch(NULL, "AES-128-CTR", NULL);
    galois_cipher = EVP_CIPHER_fetch(NULL, "AES-128-GCM", NULL);
    require(counter_cipher != NULL && galois_cipher != NULL, "OpenSSL has no AES");
}

// RFC 3711 §4.3: the key stream of AES-CM with the label in byte 7 of the salt.
static void derive(const uint8_t *key, size_t salt_bytes, uint8_t label, uint8_t *out, int count) {
    uint8_t counter[16] = {0};
    memcpy(counter, key + 16, salt_bytes);
    counter[7] ^= label;
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    memset(out, 0, (size_t)count);
    require(EVP_EncryptInit_ex2(context, counter_cipher, key, counter, NULL) == 1
            && EVP_Cipher(context, out, out, (unsigned)count) == count, "no key");
    EVP_CIPHER_CTX_free(context);
}

static void key_mac(SHA_CTX *state, const uint8_t *key, uint8_t pad) {
    uint8_t block[64];
    for (int i = 0; i < 64; i++) block[i] = (i < 20 ? key[i] : 0) ^ pad;
    SHA1_Init(state);
    SHA1_Update(state, block, sizeof block);
}

security *security_new(srtp_profile profile, const uint8_t *key, uint32_t source, int sends) {
    security *s = room(1, sizeof *s);
    size_t salt_bytes = profile == GCM ? 12 : 14;
    uint8_t session_key[16], auth_key[20];
    derive(key, salt_bytes, 0, session_key, sizeof session_key);
    derive(key, salt_bytes, 1, auth_key, sizeof auth_key);
    derive(key, salt_bytes, 2, s->salt, (int)salt_bytes);
    s->profile = profile;
    s->source = source;
    s->cipher = EVP_CIPHER_CTX_new();
    const EVP_CIPHER *cipher = profile == GCM ? galois_cipher : counter_cipher;
    require(s->cipher != NULL
            && EVP_CipherInit_ex2(s->cipher, cipher, session_key, NULL, sends || profile != GCM,
                   NULL) == 1, "no cipher");
    key_mac(&s->inner, auth_key, 0x36);
    key_mac(&s->outer, auth_key, 0x5C);
    return s;
}

static int header_bytes(const uint8_t *packet, int count) {
    int bytes = 12 + 4 * (packet[0] & 15);
    if (packet[0] & 0x10) bytes += 4 + 4 * (packet[bytes + 2] << 8 | packet[bytes + 3]);
    return bytes <= count ? bytes : -1;
}

// RFC 3711 §3.3.1: the index of the packet with this number, from the highest so far.
static uint64_t index_of(const security *s, uint16_t number) {
    if (!s->started) return number;
    uint64_t epoch = s->highest >> 16;
    uint16_t last = (uint16_t)s->highest;
    if (last < 32768 && number > last && number - last > 32768) epoch = epoch ? epoch - 1 : 0;
    else if (last >= 32768 && number < last - 32768) epoch += 1;
    return epoch << 16 | number;
}

static int is_fresh(const security *s, uint64_t index) {
    if (!s->started || index > s->highest) return 1;
    uint64_t behind = s->highest - index;
    return behind < 128 && !(s->seen >> behind & 1);
}

static void note(security *s, uint64_t index) {
    if (!s->started || index > s->highest) {
        uint64_t ahead = s->started ? index - s->highest : 128;
        s->seen = (ahead < 128 ? s->seen << ahead : 0) | 1;
        s->highest = index;
        s->started = 1;
    } else {
        s->seen |= (window)1 << (s->highest - index);
    }
}

// RFC 3711 §4.1.1 and RFC 7714 §8.1: source and index on the salt.
static void make_iv(const security *s, uint64_t index, uint8_t iv[16]) {
    int at = s->profile == GCM ? 2 : 4;
    memcpy(iv, s->salt, 16);
    for (int i = 0; i < 4; i++) iv[at + i] ^= (uint8_t)(s->source >> (24 - 8 * i));
    for (int i = 0; i < 6; i++) iv[at + 4 + i] ^= (uint8_t)(index >> (40 - 8 * i));
}

static void authenticate(const security *s, const uint8_t *packet, int count, uint64_t index,
                         uint8_t digest[20]) {
    uint32_t epoch = __builtin_bswap32((uint32_t)(index >> 16));
    SHA_CTX running = s->inner;
    SHA1_Update(&running, packet, (size_t)count);
    SHA1_Update(&running, &epoch, 4);
    SHA1_Final(digest, &running);
    running = s->outer;
    SHA1_Update(&running, digest, 20);
    SHA1_Final(digest, &running);
}

static int protect_gcm(security *s, uint8_t *packet, int header, int count, const uint8_t *iv) {
    unsigned text = (unsigned)(count - header);
    if (EVP_CipherInit_ex2(s->cipher, NULL, NULL, iv, 1, NULL) != 1
        || EVP_Cipher(s->cipher, NULL, packet, (unsigned)header) != header
        || EVP_Cipher(s->cipher, packet + header, packet + header, text) != (int)text
        || EVP_Cipher(s->cipher, NULL, NULL, 0) < 0
        || EVP_CIPHER_CTX_ctrl(s->cipher, EVP_CTRL_AEAD_GET_TAG, 16, packet + count) != 1) return -1;
    return count + 16;
}

static int unprotect_gcm(security *s, uint8_t *packet, int header, int count, const uint8_t *iv) {
    int end = count - 16;
    unsigned text = (unsigned)(end - header);
    if (EVP_CipherInit_ex2(s->cipher, NULL, NULL, iv, 0, NULL) != 1
        || EVP_CIPHER_CTX_ctrl(s->cipher, EVP_CTRL_AEAD_SET_TAG, 16, packet + end) != 1
        || EVP_Cipher(s->cipher, NULL, packet, (unsigned)header) != header
        || EVP_Cipher(s->cipher, packet + header, packet + header, text) != (int)text
        || EVP_Cipher(s->cipher, NULL, NULL, 0) < 0) return -1;
    return end;
}

static int crypt_cm(security *s, uint8_t *packet, int header, int count, const uint8_t *iv) {
    int text = count - header;
    return EVP_EncryptInit_ex2(s->cipher, NULL, NULL, iv, NULL) == 1
        && EVP_Cipher(s->cipher, packet + header, packet + header, (unsigned)text) == text;
}

int security_protect(security *s, uint8_t *packet, int count) {
    int header = header_bytes(packet, count);
    uint64_t index = index_of(s, (uint16_t)(packet[2] << 8 | packet[3]));
    if (header < 0 || !is_fresh(s, index)) return -1;
    uint8_t iv[16], digest[20];
    make_iv(s, index, iv);
    note(s, index);
    if (s->profile == GCM) return protect_gcm(s, packet, header, count, iv);
    if (!crypt_cm(s, packet, header, count, iv)) return -1;
    authenticate(s, packet, count, index, digest);
    memcpy(packet + count, digest, 10);
    return count + 10;
}

int security_unprotect(security *s, uint8_t *packet, int count) {
    int end = count - overhead(s->profile);
    int header = end < 12 ? -1 : header_bytes(packet, end);
    uint64_t index = index_of(s, (uint16_t)(packet[2] << 8 | packet[3]));
    if (header < 0 || !is_fresh(s, index)) return -1;
    uint8_t iv[16], digest[20];
    make_iv(s, index, iv);
    if (s->profile == GCM) {
        if (unprotect_gcm(s, packet, header, count, iv) < 0) return -1;
    } else {
        authenticate(s, packet, end, index, digest);
        if (CRYPTO_memcmp(packet + end, digest, 10) != 0
            || !crypt_cm(s, packet, header, end, iv)) return -1;
    }
    note(s, index);
    return end;
}
