// The low-level SHA-1 functions are marked deprecated, yet they are the only ones whose state can
// be copied by value: the keyed inner and outer states are prepared once per key.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "Internal.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <srtp2/auth.h>
#include <srtp2/cipher.h>
#include <stdlib.h>
#include <string.h>

// The library checks a replacement against its own known answers, which it exports without
// declaring them.
extern const srtp_cipher_test_case_t srtp_aes_icm_128_test_case_0;
extern const srtp_cipher_test_case_t srtp_aes_gcm_128_test_case_0;
extern const srtp_auth_test_case_t srtp_hmac_test_case_0;

enum {
    AES_128_KEY_BYTES = 16,
    AES_BLOCK_BYTES = 16,
    CM_SALT_BYTES = 14,
    GCM_SALT_BYTES = 12,
    // RFC 7714 knows 16 bytes alone; the library's known answers also ask for its former 8.
    GCM_TAG_BYTES = 16,
    GCM_SHORT_TAG_BYTES = 8,
    SHA1_BLOCK_BYTES = 64,
};

// ---- both ciphers -------------------------------------------------------------------------------

typedef struct {
    EVP_CIPHER_CTX *context;
    uint8_t salt[AES_BLOCK_BYTES];
    int tag_bytes;
} cipher_state;

static EVP_CIPHER *counter_cipher;
static EVP_CIPHER *galois_cipher;
static const srtp_cipher_type_t counter_type;
static const srtp_cipher_type_t galois_type;

static srtp_err_status_t cipher_alloc(
    srtp_cipher_pointer_t *made, const srtp_cipher_type_t *type, int key_bytes, int tag_bytes) {
    srtp_cipher_t *cipher = calloc(1, sizeof *cipher);
    cipher_state *state = calloc(1, sizeof *state);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    if (cipher == NULL || state == NULL || context == NULL) {
        free(cipher);
        free(state);
        EVP_CIPHER_CTX_free(context);
        return srtp_err_status_alloc_fail;
    }
    state->context = context;
    state->tag_bytes = tag_bytes;
    cipher->type = type;
    cipher->state = state;
    cipher->key_len = key_bytes;
    cipher->algorithm = (int)type->id;
    *made = cipher;
    return srtp_err_status_ok;
}

static srtp_err_status_t cipher_dealloc(srtp_cipher_pointer_t cipher) {
    cipher_state *state = cipher->state;
    EVP_CIPHER_CTX_free(state->context);
    OPENSSL_cleanse(state, sizeof *state);
    free(state);
    free(cipher);
    return srtp_err_status_ok;
}

// ---- AES in counter mode (RFC 3711 §4.1.1) ------------------------------------------------------

static srtp_err_status_t counter_alloc(srtp_cipher_pointer_t *made, int key_bytes, int tag_bytes) {
    (void)tag_bytes;
    if (key_bytes != AES_128_KEY_BYTES + CM_SALT_BYTES) {
        return srtp_err_status_bad_param;
    }
    return cipher_alloc(made, &counter_type, key_bytes, 0);
}

static srtp_err_status_t counter_init(void *opaque, const uint8_t *key) {
    cipher_state *state = opaque;
    memset(state->salt, 0, sizeof state->salt);
    memcpy(state->salt, key + AES_128_KEY_BYTES, CM_SALT_BYTES);
    int ok = EVP_EncryptInit_ex2(state->context, counter_cipher, key, NULL, NULL);
    return ok == 1 ? srtp_err_status_ok : srtp_err_status_init_fail;
}

static srtp_err_status_t counter_set_iv(
    void *opaque, uint8_t *iv, srtp_cipher_direction_t direction) {
    (void)direction;
    cipher_state *state = opaque;
    uint8_t counter[AES_BLOCK_BYTES];
    for (int i = 0; i < AES_BLOCK_BYTES; i++) {
        counter[i] = state->salt[i] ^ iv[i];
    }
    int ok = EVP_EncryptInit_ex2(state->context, NULL, NULL, counter, NULL);
    return ok == 1 ? srtp_err_status_ok : srtp_err_status_cipher_fail;
}

static srtp_err_status_t counter_crypt(void *opaque, uint8_t *buffer, unsigned int *count) {
    cipher_state *state = opaque;
    int done = EVP_Cipher(state->context, buffer, buffer, *count);
    return done == (int)*count ? srtp_err_status_ok : srtp_err_status_cipher_fail;
}

static const srtp_cipher_type_t counter_type = {
    .alloc = counter_alloc,
    .dealloc = cipher_dealloc,
    .init = counter_init,
    .encrypt = counter_crypt,
    .decrypt = counter_crypt,
    .set_iv = counter_set_iv,
    .description = "AES-128 counter mode by OpenSSL",
    .test_data = &srtp_aes_icm_128_test_case_0,
    .id = SRTP_AES_ICM_128,
};

// ---- AES in Galois/counter mode (RFC 7714) ------------------------------------------------------

static srtp_err_status_t galois_alloc(srtp_cipher_pointer_t *made, int key_bytes, int tag_bytes) {
    if (key_bytes != AES_128_KEY_BYTES + GCM_SALT_BYTES
        || (tag_bytes != GCM_TAG_BYTES && tag_bytes != GCM_SHORT_TAG_BYTES)) {
        return srtp_err_status_bad_param;
    }
    return cipher_alloc(made, &galois_type, key_bytes, tag_bytes);
}

static srtp_err_status_t galois_init(void *opaque, const uint8_t *key) {
    cipher_state *state = opaque;
    int ok = EVP_CipherInit_ex2(state->context, galois_cipher, key, NULL, 1, NULL);
    return ok == 1 ? srtp_err_status_ok : srtp_err_status_init_fail;
}

static srtp_err_status_t galois_set_iv(
    void *opaque, uint8_t *iv, srtp_cipher_direction_t direction) {
    cipher_state *state = opaque;
    int encrypts = direction != srtp_direction_decrypt;
    int ok = EVP_CipherInit_ex2(state->context, NULL, NULL, iv, encrypts, NULL);
    return ok == 1 ? srtp_err_status_ok : srtp_err_status_cipher_fail;
}

static srtp_err_status_t galois_set_aad(void *opaque, const uint8_t *bytes, uint32_t count) {
    cipher_state *state = opaque;
    int done = EVP_Cipher(state->context, NULL, bytes, count);
    return done == (int)count ? srtp_err_status_ok : srtp_err_status_cipher_fail;
}

static srtp_err_status_t galois_encrypt(void *opaque, uint8_t *buffer, unsigned int *count) {
    cipher_state *state = opaque;
    if (*count == 0) {
        return srtp_err_status_ok;
    }
    int done = EVP_Cipher(state->context, buffer, buffer, *count);
    return done == (int)*count ? srtp_err_status_ok : srtp_err_status_cipher_fail;
}

static srtp_err_status_t galois_get_tag(void *opaque, uint8_t *tag, uint32_t *count) {
    cipher_state *state = opaque;
    if (EVP_Cipher(state->context, NULL, NULL, 0) < 0
        || EVP_CIPHER_CTX_ctrl(state->context, EVP_CTRL_AEAD_GET_TAG, state->tag_bytes, tag)
            != 1) {
        return srtp_err_status_cipher_fail;
    }
    *count = (uint32_t)state->tag_bytes;
    return srtp_err_status_ok;
}

static srtp_err_status_t galois_decrypt(void *opaque, uint8_t *buffer, unsigned int *count) {
    cipher_state *state = opaque;
    if (*count < (unsigned int)state->tag_bytes) {
        return srtp_err_status_parse_err;
    }
    unsigned int text = *count - (unsigned int)state->tag_bytes;
    if (EVP_CIPHER_CTX_ctrl(
            state->context, EVP_CTRL_AEAD_SET_TAG, state->tag_bytes, buffer + text)
        != 1) {
        return srtp_err_status_cipher_fail;
    }
    if (text > 0 && EVP_Cipher(state->context, buffer, buffer, text) != (int)text) {
        return srtp_err_status_auth_fail;
    }
    if (EVP_Cipher(state->context, NULL, NULL, 0) < 0) {
        return srtp_err_status_auth_fail;
    }
    *count = text;
    return srtp_err_status_ok;
}

static const srtp_cipher_type_t galois_type = {
    .alloc = galois_alloc,
    .dealloc = cipher_dealloc,
    .init = galois_init,
    .set_aad = galois_set_aad,
    .encrypt = galois_encrypt,
    .decrypt = galois_decrypt,
    .set_iv = galois_set_iv,
    .get_tag = galois_get_tag,
    .description = "AES-128 Galois/counter mode by OpenSSL",
    .test_data = &srtp_aes_gcm_128_test_case_0,
    .id = SRTP_AES_GCM_128,
};

// ---- HMAC-SHA1 (RFC 2104) -----------------------------------------------------------------------

typedef struct {
    SHA_CTX keyed_inner;
    SHA_CTX keyed_outer;
    SHA_CTX running;
} mac_state;

static const srtp_auth_type_t mac_type;

static srtp_err_status_t mac_alloc(srtp_auth_pointer_t *made, int key_bytes, int tag_bytes) {
    if (key_bytes > SHA1_BLOCK_BYTES || tag_bytes > SHA_DIGEST_LENGTH) {
        return srtp_err_status_bad_param;
    }
    srtp_auth_t *mac = calloc(1, sizeof *mac);
    mac_state *state = calloc(1, sizeof *state);
    if (mac == NULL || state == NULL) {
        free(mac);
        free(state);
        return srtp_err_status_alloc_fail;
    }
    mac->type = &mac_type;
    mac->state = state;
    mac->key_len = key_bytes;
    mac->out_len = tag_bytes;
    *made = mac;
    return srtp_err_status_ok;
}

static srtp_err_status_t mac_dealloc(srtp_auth_pointer_t mac) {
    OPENSSL_cleanse(mac->state, sizeof(mac_state));
    free(mac->state);
    free(mac);
    return srtp_err_status_ok;
}

static void absorb_key(SHA_CTX *state, const uint8_t *key, int key_bytes, uint8_t pad) {
    uint8_t block[SHA1_BLOCK_BYTES];
    memset(block, pad, sizeof block);
    for (int i = 0; i < key_bytes; i++) {
        block[i] ^= key[i];
    }
    SHA1_Init(state);
    SHA1_Update(state, block, sizeof block);
    OPENSSL_cleanse(block, sizeof block);
}

static srtp_err_status_t mac_init(void *opaque, const uint8_t *key, int key_bytes) {
    mac_state *state = opaque;
    if (key_bytes < 0 || key_bytes > SHA1_BLOCK_BYTES) {
        return srtp_err_status_bad_param;
    }
    absorb_key(&state->keyed_inner, key, key_bytes, 0x36);
    absorb_key(&state->keyed_outer, key, key_bytes, 0x5C);
    state->running = state->keyed_inner;
    return srtp_err_status_ok;
}

static srtp_err_status_t mac_start(void *opaque) {
    mac_state *state = opaque;
    state->running = state->keyed_inner;
    return srtp_err_status_ok;
}

static srtp_err_status_t mac_update(void *opaque, const uint8_t *bytes, int count) {
    mac_state *state = opaque;
    SHA1_Update(&state->running, bytes, (size_t)count);
    return srtp_err_status_ok;
}

static srtp_err_status_t mac_compute(
    void *opaque, const uint8_t *bytes, int count, int tag_bytes, uint8_t *tag) {
    mac_state *state = opaque;
    if (tag_bytes < 0 || tag_bytes > SHA_DIGEST_LENGTH) {
        return srtp_err_status_bad_param;
    }
    uint8_t digest[SHA_DIGEST_LENGTH];
    SHA1_Update(&state->running, bytes, (size_t)count);
    SHA1_Final(digest, &state->running);
    state->running = state->keyed_outer;
    SHA1_Update(&state->running, digest, sizeof digest);
    SHA1_Final(digest, &state->running);
    memcpy(tag, digest, (size_t)tag_bytes);
    return srtp_err_status_ok;
}

static const srtp_auth_type_t mac_type = {
    .alloc = mac_alloc,
    .dealloc = mac_dealloc,
    .init = mac_init,
    .compute = mac_compute,
    .update = mac_update,
    .start = mac_start,
    .description = "HMAC-SHA1 by OpenSSL",
    .test_data = &srtp_hmac_test_case_0,
    .id = SRTP_HMAC_SHA1,
};

// ---- installation -------------------------------------------------------------------------------

static pthread_once_t library_once = PTHREAD_ONCE_INIT;
static srtp_err_status_t library_outcome;
static pthread_once_t ciphers_once = PTHREAD_ONCE_INIT;
static srtp_err_status_t ciphers_outcome;

static void initialize_library(void) {
    library_outcome = srtp_init();
}

int32_t media_srtp_initialize_library(void) {
    pthread_once(&library_once, initialize_library);
    return (int32_t)library_outcome;
}

static srtp_err_status_t replace_ciphers(void) {
    counter_cipher = EVP_CIPHER_fetch(NULL, "AES-128-CTR", NULL);
    galois_cipher = EVP_CIPHER_fetch(NULL, "AES-128-GCM", NULL);
    if (counter_cipher == NULL || galois_cipher == NULL) {
        return srtp_err_status_init_fail;
    }
    srtp_err_status_t status = srtp_replace_cipher_type(&counter_type, SRTP_AES_ICM_128);
    if (status == srtp_err_status_ok) {
        status = srtp_replace_cipher_type(&galois_type, SRTP_AES_GCM_128);
    }
    if (status == srtp_err_status_ok) {
        status = srtp_replace_auth_type(&mac_type, SRTP_HMAC_SHA1);
    }
    return status;
}

static void initialize_ciphers(void) {
    media_random_install();
    ciphers_outcome = (srtp_err_status_t)media_srtp_initialize_library();
    if (ciphers_outcome == srtp_err_status_ok) {
        ciphers_outcome = replace_ciphers();
    }
}

int32_t media_srtp_initialize(void) {
    pthread_once(&ciphers_once, initialize_ciphers);
    return (int32_t)ciphers_outcome;
}

const srtp_cipher_type_t *media_srtp_counter_cipher(void) {
    return &counter_type;
}

const srtp_cipher_type_t *media_srtp_galois_cipher(void) {
    return &galois_type;
}

const srtp_auth_type_t *media_srtp_authenticator(void) {
    return &mac_type;
}
